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

  it("links an AI's [n] to its source, and drops the list of sources at the end", () => {
    const sources = [{ n: 1, title: "Bread" }];
    const html = clean('<p>“Rye.” [1] and [2]</p><p>[1] Bread <a href="https://x.example">x</a></p>', {
      sources,
    });
    expect(html).toContain('<a class="cite" href="#source-1" title="Bread">[1]</a>');
    expect(html).toContain("[2]</p>");
    expect(html).not.toContain("x.example");
    expect(clean("<p>[1] Bread</p>")).toBe("<p>[1] Bread</p>");
  });

  it("draws custom emoji, and leaves what merely looks like one", () => {
    const emojis = [{ shortcode: "blob", url: "/b.png", static_url: "/b.png" }];
    const html = clean("<p>:blob: :no:</p>", { emojis });
    expect(html).toContain('alt=":blob:"');
    expect(html).toContain(":no:");
  });
});
