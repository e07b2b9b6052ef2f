// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { clean } from "./clean";

const ORIGIN = "https://here.example";

describe("the sieve", () => {
  it.each([
    ["<p>hi<script>alert(1)</script></p>", "<p>hi</p>"],
    ['<p onclick="x()">hi</p>', "<p>hi</p>"],
    ['<img src=x onerror="x()">hi', "hi"],
    ["<svg><a href='javascript:x()'>hi</a></svg>", ""],
    ['<p style="position:fixed" class="shell mention">hi</p>', '<p class="mention">hi</p>'],
    ["<div><p>hi</p></div>", "<p>hi</p>"],
    ["<form><input><button>go</button></form>", "go"],
  ])("lets only text through: %s", (html, expected) => {
    expect(clean(html)).toBe(expected);
  });

  it.each(["javascript:x()", " JaVaScRiPt:x()", "data:text/html,x", "//evil.example", "vbscript:x"])(
    "takes the target from a link to %s",
    (href) => {
      expect(clean(`<a href="${href}">hi</a>`)).toBe("<a>hi</a>");
    },
  );

  it("sends links elsewhere to a new window that knows nothing of us", () => {
    const html = clean('<a href="https://far.example/">x</a>');
    expect(html).toContain('target="_blank"');
    expect(html).toContain("noopener");
  });

  it("points mentions and hashtags at our own pages", () => {
    const html = '<a href="https://far.example/@bob" class="u-url mention">@<span>bob</span></a>';
    const mentions = [{ url: "https://far.example/@bob", acct: "bob@far.example" }];
    expect(clean(html, { mentions, origin: ORIGIN })).toContain('href="/@bob@far.example"');
    const tag = '<a href="https://far.example/tags/x" class="mention hashtag">#<span>Bread</span></a>';
    expect(clean(tag, { origin: ORIGIN })).toContain('href="/tags/Bread"');
    expect(clean(`<a href="${ORIGIN}/@ada/1">x</a>`, { origin: ORIGIN })).toContain('href="/@ada/1"');
  });

  it("draws custom emoji, and leaves what merely looks like one", () => {
    const emojis = [{ shortcode: "blob", url: "/b.png", static_url: "/b.png" }];
    const html = clean("<p>:blob: :no:</p>", { emojis });
    expect(html).toContain('alt=":blob:"');
    expect(html).toContain(":no:");
  });
});
