/**
 * From the server's plain page to this client without a blank in between: what was written for
 * readers without scripts stays until the same thing can be shown here.
 */
import type { Route } from "./routes";

/** Pages whose plain form shows the same posts. Others make room at once. */
const SAME = new Set<Route["page"]>(["thread", "profile", "tag", "explore"]);
/** On a bad line our own skeleton, which can be acted on, is better than waiting longer. */
const PATIENCE_MS = 4_000;
const READY = "article, [role=alert], .empty";

/** Gives the element to mount in. */
export function takeOver(target: HTMLElement, page: Route["page"]): HTMLElement {
  if (!SAME.has(page) || target.childElementCount === 0) {
    target.replaceChildren();
    return target;
  }
  const plain = [...target.children];
  const fresh = document.createElement("div");
  fresh.hidden = true;
  target.append(fresh);
  const swap = () => {
    watching.disconnect();
    clearTimeout(timer);
    for (const element of plain) element.remove();
    fresh.hidden = false;
  };
  // An observer runs before the next paint, so nobody sees both.
  const watching = new MutationObserver(() => {
    if (fresh.querySelector(READY)) swap();
  });
  watching.observe(fresh, { childList: true, subtree: true });
  const timer = setTimeout(swap, PATIENCE_MS);
  return fresh;
}
