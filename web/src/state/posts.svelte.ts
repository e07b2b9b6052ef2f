/**
 * Every post once. A post that several screens show is one reactive object, so a like in the
 * thread is a like in the timeline too. Actions show at once and are undone if they fail.
 */
import { post as send, write } from "../api/http";
import { stream } from "../api/stream";
import type { Status } from "../api/types";
import { t } from "../i18n/index.svelte";
import { directory } from "./directory.svelte";
import { notices } from "./notices.svelte";

const known = new Map<string, Status>();
/** Beyond this, the oldest are forgotten; screens that still show them keep their objects. */
const KNOWN_LIMIT = 4_000;

/** The one object for this post, brought up to date. */
export function canonical(fresh: Status): Status {
  const inner = fresh.reblog ? canonical(fresh.reblog) : null;
  directory.meet(fresh.account);
  const old = known.get(fresh.id);
  if (old) {
    Object.assign(old, fresh, { reblog: inner });
    return old;
  }
  const made = $state({ ...fresh, reblog: inner });
  known.set(fresh.id, made);
  if (known.size > KNOWN_LIMIT) known.delete(known.keys().next().value ?? "");
  return made;
}

/**
 * A post from a live stream. Its viewer-specific flags may be missing or for nobody, so what
 * this reader is known to have done stays.
 */
export function canonicalLive(fresh: Status): Status {
  const old = known.get(fresh.id);
  if (!old) return canonical(fresh);
  const { favourited, reblogged, bookmarked } = old;
  return canonical({
    ...fresh,
    ...(favourited === undefined ? {} : { favourited }),
    ...(reblogged === undefined ? {} : { reblogged }),
    ...(bookmarked === undefined ? {} : { bookmarked }),
  });
}

export const knownPost = (id: string): Status | undefined => known.get(id);

export function forgetPosts(): void {
  known.clear();
}

type Mark = "favourited" | "reblogged" | "bookmarked";

const VERBS: Record<Mark, [on: string, off: string]> = {
  favourited: ["favourite", "unfavourite"],
  reblogged: ["reblog", "unreblog"],
  bookmarked: ["bookmark", "unbookmark"],
};

function set(status: Status, mark: Mark, on: boolean): void {
  if (Boolean(status[mark]) === on) return;
  status[mark] = on;
  const step = on ? 1 : -1;
  if (mark === "favourited") status.favourites_count = Math.max(0, status.favourites_count + step);
  if (mark === "reblogged") status.reblogs_count = Math.max(0, status.reblogs_count + step);
}

/** Likes, boosts or bookmarks, or takes it back: shown at once, undone when the server refuses. */
export async function toggle(status: Status, mark: Mark): Promise<void> {
  const on = !status[mark];
  set(status, mark, on);
  try {
    const answer = await send<Status>(`/api/v1/statuses/${status.id}/${VERBS[mark][on ? 0 : 1]}`);
    // A boost answers with the boost; the post is inside.
    const fresh = answer.reblog ?? answer;
    status.favourites_count = fresh.favourites_count;
    status.reblogs_count = fresh.reblogs_count;
  } catch (error) {
    set(status, mark, !on);
    notices.failed(error, "error.undone", () => void toggle(status, mark));
  }
}

type Gone = (id: string) => void;
const goneListeners = new Set<Gone>();

/** Called with the id of every post that is deleted, here or elsewhere. */
export function whenGone(listener: Gone): () => void {
  goneListeners.add(listener);
  return () => goneListeners.delete(listener);
}

function gone(id: string): void {
  known.delete(id);
  for (const listener of goneListeners) listener(id);
}

export async function remove(status: Status): Promise<boolean> {
  try {
    await write("DELETE", `/api/v1/statuses/${status.id}`);
    gone(status.id);
    notices.show(t("post.deleted"));
    return true;
  } catch (error) {
    notices.failed(error);
    return false;
  }
}

/** Weft: lets AIs answer in the thread of this own root post, or not. */
export async function allowAis(root: Status, allowed: boolean): Promise<void> {
  const before = root.no_ai ?? false;
  root.no_ai = !allowed;
  try {
    await send(`/api/v1/statuses/${root.id}/ais`, { allowed });
    notices.show(t(allowed ? "post.ais_are_on" : "post.ais_are_off"));
  } catch (error) {
    root.no_ai = before;
    notices.failed(error, "error.undone");
  }
}

stream.listen((event) => {
  if (event.event === "delete") gone(event.id);
  else if (event.event === "status.update" && known.has(event.status.id))
    canonicalLive(event.status);
});
