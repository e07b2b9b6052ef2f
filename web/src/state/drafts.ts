/** Unsent text is never lost: one draft per place, kept in this browser. */
import type { Visibility } from "../api/types";

export interface Draft {
  text: string;
  warning: string;
  visibility: Visibility | null;
  language: string | null;
  noAi: boolean;
}

const PREFIX = "weft.draft.";
/** Old drafts go first when this many are kept. */
const KEPT = 30;

/** The place a draft belongs to: a new post, an answer to one, an edit of one; or a room. */
export const draftKey = (kind: "new" | "reply" | "edit" | "room", id = ""): string => `${kind}:${id}`;

export function readDraft(key: string): Draft | null {
  const kept = localStorage.getItem(PREFIX + key);
  return kept ? (JSON.parse(kept) as Draft) : null;
}

export function keepDraft(key: string, draft: Draft): void {
  localStorage.setItem(PREFIX + key, JSON.stringify(draft));
  const keys = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  for (const old of keys.slice(0, Math.max(0, keys.length - KEPT)))
    if (old !== PREFIX + key) localStorage.removeItem(old);
}

export function dropDraft(key: string): void {
  localStorage.removeItem(PREFIX + key);
}
