/**
 * Single-key shortcuts: one table for what a key does, and one for the list that `?` shows.
 * They act only outside text fields, and can be switched off (WCAG 2.1.4).
 */
import type { Key } from "./i18n/index.svelte";
import { overlay } from "./state/overlay.svelte";
import { prefs } from "./state/prefs.svelte";
import { router } from "./state/router.svelte";
import { session } from "./state/session.svelte";

export type PostAction =
  | "open"
  | "reply"
  | "like"
  | "boost"
  | "bookmark"
  | "warning"
  | "author";

export const SHORTCUTS: [keys: string, does: Key][] = [
  ["j", "keys.next"],
  ["k", "keys.previous"],
  ["Enter / o", "keys.open"],
  ["r", "keys.reply"],
  ["l / f", "keys.like"],
  ["b", "keys.boost"],
  ["d", "keys.bookmark"],
  ["x", "keys.warning"],
  ["p", "keys.author"],
  ["n / c", "keys.new"],
  ["Ctrl / ⌘ + Enter", "keys.send"],
  ["/", "keys.search"],
  [".", "keys.fresh"],
  ["0", "keys.top"],
  ["u / Esc", "keys.back"],
  ["g + h e r n p s", "keys.go"],
  ["?", "keys.help"],
];

const ON_POST: Record<string, PostAction> = {
  o: "open",
  Enter: "open",
  r: "reply",
  l: "like",
  f: "like",
  b: "boost",
  d: "bookmark",
  x: "warning",
  p: "author",
};

const GO: Record<string, () => string> = {
  h: () => "/",
  e: () => "/explore",
  r: () => "/rooms",
  n: () => "/notifications",
  p: () => (session.me ? `/@${session.me.acct}` : "/login"),
  s: () => "/settings",
};

const actions = new WeakMap<Element, (action: PostAction) => void>();

/** An attachment for a post's row: what the keys do while it has the focus. */
export function postKeys(run: (action: PostAction) => void): (row: HTMLElement) => void {
  return (row) => void actions.set(row, run);
}

let showNew: (() => void) | null = null;

/** The page with an "N new posts" pill says here what `.` does; null when it leaves. */
export function onFreshKey(run: (() => void) | null): void {
  showNew = run;
}

const rows = () => [...document.querySelectorAll<HTMLElement>("article[data-post]")];

function move(step: 1 | -1): void {
  const all = rows();
  const current = document.activeElement?.closest("article[data-post]");
  let index = current ? all.indexOf(current as HTMLElement) + step : -1;
  if (!current) index = all.findIndex((row) => row.getBoundingClientRect().bottom > 100);
  const next = all[index];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** How long after `g` the second key still counts. */
const SEQUENCE_MS = 1_500;
let wentAt = 0;

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select, [role=menuitem]"))
  );
}

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || overlay.current || !prefs.keys) return;
  if (document.querySelector("dialog[open]")) return;
  const row = document.activeElement?.closest("article[data-post]");
  const onControl = event.target instanceof Element && event.target.closest("a, button, summary");
  if (event.key === "Enter" && onControl) return;
  if (run(event.key, row ?? null)) event.preventDefault();
}

function run(key: string, row: Element | null): boolean {
  if (Date.now() - wentAt < SEQUENCE_MS && GO[key]) {
    wentAt = 0;
    router.go(GO[key]());
    return true;
  }
  const action = ON_POST[key];
  if (row && action) {
    actions.get(row)?.(action);
    return true;
  }
  switch (key) {
    case "j":
      move(1);
      break;
    case "k":
      move(-1);
      break;
    case "n":
    case "c":
      overlay.compose();
      break;
    case "/":
      router.go("/search");
      break;
    case "g":
      wentAt = Date.now();
      break;
    case ".":
      showNew?.();
      break;
    case "0":
      scrollTo({ top: 0 });
      break;
    case "u":
    case "Escape":
      if (router.canGoBack) router.back();
      break;
    case "?":
      overlay.open({ kind: "keys" });
      break;
    default:
      return false;
  }
  return true;
}
