/**
 * The rules of a timeline, as pure functions: what is shown, once, and in which order.
 * `T` is anything with a sortable id, so that tests need no whole posts.
 */

export interface Entry {
  id: string;
  reblog?: { id: string } | null;
}

/** Ids are decimal strings that grow with time: the longer one is newer, then by digits. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** The post that is really read: the boosted one, or the entry itself. */
export const subjectOf = (entry: Entry): string => entry.reblog?.id ?? entry.id;

/** Something read this few entries ago tells the reader nothing new. */
const ECHO_DISTANCE = 40;

/** Drops entries whose id came before, and what says again what stands nearby above. */
export function withoutEchoes<T extends Entry>(entries: T[]): T[] {
  const ids = new Set<string>();
  const lastSeen = new Map<string, number>();
  const kept: T[] = [];
  for (const entry of entries) {
    const subject = subjectOf(entry);
    const seenAt = lastSeen.get(subject);
    const echo = seenAt !== undefined && kept.length - seenAt < ECHO_DISTANCE;
    if (ids.has(entry.id) || echo) continue;
    ids.add(entry.id);
    lastSeen.set(subject, kept.length);
    kept.push(entry);
  }
  return kept;
}

/** Older posts come after what is there. */
export function appendOlder<T extends Entry>(shown: T[], older: T[]): T[] {
  return withoutEchoes([...shown, ...older]);
}

/** Newer posts come before what is there, newest first; what is there stays where it is. */
export function prependNewer<T extends Entry>(shown: T[], newer: T[]): T[] {
  const known = new Set(shown.map((entry) => entry.id));
  const nearby = new Set(shown.slice(0, ECHO_DISTANCE).map(subjectOf));
  const fresh = newer.filter((entry) => !known.has(entry.id) && !nearby.has(subjectOf(entry)));
  fresh.sort((a, b) => compareIds(b.id, a.id));
  return withoutEchoes([...fresh, ...shown]);
}

/** A deleted post goes, and every boost of it with it. */
export function withoutPost<T extends Entry>(shown: T[], id: string): T[] {
  return shown.filter((entry) => entry.id !== id && subjectOf(entry) !== id);
}

/** How many of the waiting posts the reader would really see as new. */
export function countNew<T extends Entry>(shown: T[], waiting: T[]): number {
  return prependNewer(shown, waiting).length - withoutEchoes(shown).length;
}

export interface Grouped<N> {
  key: string;
  first: N;
  all: N[];
}

interface Groupable {
  id: string;
  type: string;
  status?: { id: string } | null;
}

const GROUPED_TYPES = new Set(["favourite", "reblog", "follow"]);

/** "Ada and 3 others liked your post": same kind, same post, within one loaded stretch. */
export function groupNotifications<N extends Groupable>(list: N[]): Grouped<N>[] {
  const groups: Grouped<N>[] = [];
  const open = new Map<string, Grouped<N>>();
  for (const item of list) {
    const key = GROUPED_TYPES.has(item.type) ? `${item.type} ${item.status?.id ?? ""}` : "";
    const group = key ? open.get(key) : undefined;
    if (group) {
      group.all.push(item);
      continue;
    }
    const made = { key: item.id, first: item, all: [item] };
    groups.push(made);
    if (key) open.set(key, made);
  }
  return groups;
}
