import { describe, expect, it } from "vitest";
import { completionAt, countCharacters, emojiPieces, mentionsIn, replyPrefix } from "./text";

describe("counting", () => {
  it("counts what people see, links at their price, mentions short", () => {
    expect(countCharacters("héllo 👩‍👩‍👧", "", 23)).toBe(7);
    expect(countCharacters("see https://example.org/a/very/long/path?with=query", "", 23)).toBe(27);
    expect(countCharacters("@ada@far.example hi", "", 23)).toBe(7);
    expect(countCharacters("text", "warning", 23)).toBe(11);
  });
});

describe("mentions", () => {
  it("are found once, whatever their case; mail and links are none", () => {
    expect(mentionsIn("@Ada and @ada, @bob@far.example. me@mail.example https://x.example/@no")).toEqual([
      "ada",
      "bob@far.example",
    ]);
  });

  it("begin an answer, without oneself", () => {
    const ada = { acct: "ada" };
    expect(replyPrefix(ada, [{ acct: "me" }, ada, { acct: "b@far" }], "me")).toBe("@ada @b@far ");
    expect(replyPrefix({ acct: "me" }, [], "me")).toBe("");
  });
});

describe("completion", () => {
  it("looks at the word before the caret", () => {
    expect(completionAt("hi @ad", 6)).toEqual({ sigil: "@", word: "ad", start: 3 });
    expect(completionAt("#bre", 4)).toEqual({ sigil: "#", word: "bre", start: 0 });
    expect(completionAt("me@mail", 7)).toBeNull();
    expect(completionAt("hi @ad there", 12)).toBeNull();
  });
});

describe("custom emoji", () => {
  it("split a name, and unknown ones stay text", () => {
    const blob = { shortcode: "blob", url: "/b.png" };
    expect(emojiPieces("Ada :blob: :no:", [blob])).toEqual([
      { text: "Ada " },
      { emoji: blob },
      { text: " " },
      { text: ":no:" },
    ]);
  });
});
