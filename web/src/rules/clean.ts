/**
 * A second sieve for post HTML. The server sanitises already; this keeps a mistake there from
 * becoming a script here, points mentions and hashtags at this client's own pages, and draws
 * custom emoji. DOMParser makes an inert document: nothing loads or runs while we look.
 */

const ALLOWED = new Set(
  "P BR SPAN A EM STRONG B I U DEL S CODE PRE BLOCKQUOTE UL OL LI H1 H2 H3 H4 H5 H6 SUB SUP RUBY RT RP HR".split(
    " ",
  ),
);
/** Their text is not content either. */
const DROPPED = new Set(
  "SCRIPT STYLE IFRAME OBJECT EMBED TEMPLATE NOSCRIPT TITLE HEAD SVG MATH TEXTAREA SELECT".split(" "),
);
const CLASSES = /^(mention|hashtag|ellipsis|invisible|u-url|h-card|quote-inline)$/;
const SAFE_LINK = /^(https?:|mailto:|\/(?!\/))/i;

export interface Surroundings {
  mentions?: { url: string; acct: string }[];
  emojis?: { shortcode: string; url: string; static_url: string }[];
  /** This page's origin, to tell our own hashtag links from others'. */
  origin?: string;
  /** An AI's sources: its [n] become links to them, and the list that repeats them goes. */
  sources?: { n: number; title: string }[];
}

export function clean(html: string, around: Surroundings = {}): string {
  const source = new DOMParser().parseFromString(html, "text/html");
  const target = source.createElement("div");
  copy(source.body, target, source, around);
  dropList(target, around);
  return target.innerHTML;
}

/**
 * Other apps know no sources, so an AI writes them at the end of its text: "[1] Title link". Here
 * they stand below as chips, and once is enough.
 */
function dropList(target: Element, around: Surroundings): void {
  const starts = (around.sources ?? []).map(({ n, title }) => `[${n}] ${title}`);
  for (let last = target.lastElementChild; last; last = target.lastElementChild) {
    const text = last.textContent?.trim() ?? "";
    if (!starts.some((start) => text.startsWith(start))) return;
    last.remove();
  }
}

function copy(from: Node, to: Element, doc: Document, around: Surroundings): void {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(...pieces(node.textContent ?? "", doc, around));
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const element = node as Element;
    const name = element.tagName.toUpperCase();
    if (DROPPED.has(name)) continue;
    if (!ALLOWED.has(name)) {
      copy(element, to, doc, around);
      continue;
    }
    const made = doc.createElement(name.toLowerCase());
    const classes = [...element.classList].filter((item) => CLASSES.test(item));
    if (classes.length) made.className = classes.join(" ");
    if (name === "A") link(element, made, around);
    const language = element.getAttribute("lang");
    if (language) made.setAttribute("lang", language);
    copy(element, made, doc, around);
    to.append(made);
  }
}

function link(from: Element, to: Element, around: Surroundings): void {
  const href = from.getAttribute("href") ?? "";
  if (!SAFE_LINK.test(href.trim())) return;
  const inside = insideTarget(from, href, around);
  to.setAttribute("href", inside ?? href);
  to.setAttribute("dir", "auto");
  if (inside) return;
  to.setAttribute("rel", "nofollow noopener noreferrer ugc");
  to.setAttribute("target", "_blank");
}

/** The page of this client that a mention or hashtag link means, or null. */
export function insideTarget(from: Element, href: string, around: Surroundings): string | null {
  const mention = around.mentions?.find((item) => item.url === href);
  if (mention) return `/@${mention.acct}`;
  const text = from.textContent?.trim() ?? "";
  const hashtag = from.classList.contains("hashtag") || from.getAttribute("rel")?.includes("tag");
  if (hashtag && text.startsWith("#")) return `/tags/${encodeURIComponent(text.slice(1))}`;
  if (around.origin && href.startsWith(`${around.origin}/`)) return href.slice(around.origin.length);
  return null;
}

/** Text, with custom emoji as pictures and [n] as a link to source n. */
function pieces(text: string, doc: Document, around: Surroundings): Node[] {
  if (!around.emojis?.length && !around.sources?.length) return [doc.createTextNode(text)];
  return text.split(/(:\w+:|\[\d+\])/u).map((part) => {
    const source = around.sources?.find(({ n }) => part === `[${n}]`);
    if (source) {
      const link = doc.createElement("a");
      link.className = "cite";
      link.setAttribute("href", `#source-${source.n}`);
      link.title = source.title;
      link.textContent = part;
      return link;
    }
    const emoji = around.emojis?.find((item) => `:${item.shortcode}:` === part);
    if (!emoji) return doc.createTextNode(part);
    const image = doc.createElement("img");
    image.src = emoji.url;
    image.alt = part;
    image.title = part;
    image.className = "emoji";
    return image;
  });
}
