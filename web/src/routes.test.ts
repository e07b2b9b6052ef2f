import { describe, expect, it } from "vitest";
import { parse } from "./routes";

describe("addresses", () => {
  it.each([
    ["/", { page: "home" }],
    ["/settings/", { page: "settings" }],
    ["/@ada", { page: "profile", acct: "ada", tab: "posts" }],
    ["/@bob@far.example", { page: "profile", acct: "bob@far.example", tab: "posts" }],
    ["/@ada/115", { page: "thread", acct: "ada", id: "115" }],
    ["/tags/%D8%AE%D8%A8%D8%B2", { page: "tag", tag: "خبز" }],
    ["/@ada/not-a-post", { page: "missing" }],
    ["/rooms/", { page: "rooms" }],
    ["/rooms/115", { page: "room", id: "115" }],
    ["/rooms/kitchen", { page: "missing" }],
    ["/nothing", { page: "missing" }],
  ])("%s", (path, route) => {
    expect(parse(path)).toEqual(route);
  });

  it("carry the search and the tab", () => {
    expect(parse("/search", "?q=a%20b")).toEqual({ page: "search", q: "a b" });
    expect(parse("/@ada", "?tab=media")).toMatchObject({ tab: "media" });
    expect(parse("/@ada", "?tab=odd")).toMatchObject({ tab: "posts" });
  });
});
