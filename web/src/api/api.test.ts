import { describe, expect, it } from "vitest";
import { nextOf, withQuery } from "./http";
import { decode, pauseBefore } from "./stream";

describe("requests", () => {
  it("write lists as Mastodon reads them and leave out what is not given", () => {
    expect(withQuery("/x", { id: ["1", "2"], q: null, on: true })).toBe("/x?id%5B%5D=1&id%5B%5D=2&on=true");
    expect(withQuery("/x", {})).toBe("/x");
  });

  it("find the next page, on this origin whatever the header says", () => {
    const header = '<https://h.example/api?max_id=5>; rel="next", <https://h.example/api?min_id=9>; rel="prev"';
    expect(nextOf(header)).toBe("/api?max_id=5");
    expect(nextOf('<https://h.example/api?min_id=9>; rel="prev"')).toBeNull();
    expect(nextOf(null)).toBeNull();
  });
});

describe("the stream", () => {
  it("decodes events and ignores what it does not know", () => {
    expect(decode('{"stream":["user"],"event":"delete","payload":"7"}')).toEqual({
      event: "delete",
      stream: ["user"],
      id: "7",
    });
    expect(decode('{"stream":["user"],"event":"filters_changed"}')).toBeNull();
  });

  it("waits longer after each failure, but never for minutes", () => {
    expect(pauseBefore(0, 0)).toBeLessThan(1_000);
    expect(pauseBefore(30, 1)).toBeLessThan(31_000);
  });
});
