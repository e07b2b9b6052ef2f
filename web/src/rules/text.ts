/** Small pure rules about the text of a post. */

const URL_IN_TEXT = /https?:\/\/[^\s<>"']+/gu;
const REMOTE_MENTION = /(^|[^/\w])@(\w[\w.-]*)@[\w.-]*\w/gu;

/** Characters as the server counts them: a link is `perUrl`, a mention is its short form. */
export function countCharacters(text: string, warning: string, perUrl: number): number {
  const counted = text
    .replace(URL_IN_TEXT, "x".repeat(perUrl))
    .replace(REMOTE_MENTION, "$1@$2");
  return length(counted) + length(warning);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const length = (text: string): number => [...segmenter.segment(text)].length;

/** The handles that a text mentions, lower-case, without the leading @. */
export function mentionsIn(text: string): string[] {
  const found = text.matchAll(/(?<![/\w@.])@(\w[\w.-]*(?:@[\w.-]*\w)?)/gu);
  return [...new Set([...found].map((match) => (match[1] ?? "").toLowerCase()))];
}

interface Addressee {
  acct: string;
}

/** The mentions a reply starts with: the author, then those who were mentioned; never oneself. */
export function replyPrefix(author: Addressee, mentioned: Addressee[], me: string): string {
  const handles = [author, ...mentioned].map((who) => who.acct).filter((acct) => acct !== me);
  return [...new Set(handles)].map((acct) => `@${acct} `).join("");
}

export interface Completion {
  /** "@" or "#". */
  sigil: string;
  word: string;
  /** Where the sigil stands in the text. */
  start: number;
}

/** The mention or hashtag being typed just before the caret, if there is one. */
export function completionAt(text: string, caret: number): Completion | null {
  const found = /(?:^|[\s(])([@#])([\w.@-]*)$/u.exec(text.slice(0, caret));
  if (!found) return null;
  const [, sigil = "", word = ""] = found;
  return { sigil, word, start: caret - word.length - 1 };
}

export type TextPiece = { text: string } | { emoji: { shortcode: string; url: string } };

/** Splits a display name at its custom emoji. */
export function emojiPieces(
  text: string,
  emojis: { shortcode: string; url: string }[],
): TextPiece[] {
  if (emojis.length === 0 || !text.includes(":")) return [{ text }];
  const known = new Map(emojis.map((emoji) => [emoji.shortcode, emoji]));
  return text
    .split(/(:\w+:)/u)
    .filter((part) => part !== "")
    .map((part) => {
      const emoji = /^:\w+:$/u.test(part) ? known.get(part.slice(1, -1)) : undefined;
      return emoji ? { emoji } : { text: part };
    });
}
