/** Short messages: shown for a while, and read out politely by screen readers. */
import { ApiError } from "../api/http";
import { t, type Key } from "../i18n/index.svelte";

const SHOWN_MS = 5_000;
/** Words with a button need time to be read and reached. */
const SHOWN_WITH_ACTION_MS = 12_000;

export interface Notice {
  id: number;
  text: string;
  kind: "info" | "error";
  action: { label: string; run: () => void } | null;
}

class Notices {
  list = $state<Notice[]>([]);
  /** For screen readers only: what changed without a visible message. */
  spoken = $state("");
  #next = 1;

  show(text: string, kind: Notice["kind"] = "info", action: Notice["action"] = null): void {
    const id = this.#next++;
    this.list = [...this.list.slice(-2), { id, text, kind, action }];
    setTimeout(() => this.dismiss(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  say(text: string): void {
    this.spoken = text;
  }

  failed(error: unknown, more: Key | null = null, retry: (() => void) | null = null): void {
    const text = more ? `${wordsFor(error)} ${t(more)}` : wordsFor(error);
    this.show(text, "error", retry ? { label: t("error.retry"), run: retry } : null);
  }
}

export const notices = new Notices();

/** An error in words a person can use. The server's own sentence wins where it has one. */
export function wordsFor(error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.server");
  const own = ["refused", "forbidden", "too-large"].includes(error.trouble) && error.detail;
  return own ? error.detail : t(`error.${error.trouble}`);
}
