/** How lines of a room become rows on the screen, and stay in order and once. Pure. */
import type { Reaction, RoomLine } from "../api/rooms";
import { compareIds } from "./timeline";

/** After so long a silence even the same person begins anew. */
const TOGETHER_MS = 5 * 60_000;

/** A line on its way, by the key under which the server knows it however often it is sent. */
export interface Pending {
  nonce: string;
  line: RoomLine;
  /** Why it did not go, in words; null while it is on its way. */
  failed: string | null;
}

export interface Row {
  /** The same before and after the server has taken a line, so that its row stays. */
  key: string;
  line: RoomLine;
  pending: Pending | null;
  /** Says who and when; the rows below it go on with the same person. */
  first: boolean;
  /** The first row of a day. */
  newDay: boolean;
  /** The first row that was not read when the room was opened. */
  unread: boolean;
}

const dayOf = (line: RoomLine): string => new Date(line.created_at).toDateString();

function goesOn(before: RoomLine, line: RoomLine): boolean {
  return (
    before.kind === "line" &&
    before.account?.id === line.account?.id &&
    !line.in_reply_to_id &&
    Date.parse(line.created_at) - Date.parse(before.created_at) < TOGETHER_MS
  );
}

interface Known {
  /** Keys of lines that were said from here. */
  keys: ReadonlyMap<string, string>;
  /** How far the reader had read; null: no divider. */
  readId: string | null;
  /** The reader's account: what one says oneself is not new. */
  me: string | null;
}

/** Oldest first, what is on its way last. */
export function rowsOf(lines: RoomLine[], pending: Pending[], known: Known): Row[] {
  const rows: Row[] = [];
  let divided = known.readId === null;
  const put = (line: RoomLine, key: string, sent: Pending | null) => {
    const before = rows.at(-1)?.line;
    const newDay = !before || dayOf(before) !== dayOf(line);
    const unread =
      !divided &&
      !sent &&
      line.kind === "line" &&
      line.account?.id !== known.me &&
      compareIds(line.id, known.readId ?? "") > 0;
    if (unread) divided = true;
    const first = line.kind !== "line" || newDay || unread || !before || !goesOn(before, line);
    rows.push({ key, line, pending: sent, first, newDay, unread });
  };
  for (const line of lines) put(line, known.keys.get(line.id) ?? line.id, null);
  for (const one of pending) put(one.line, one.nonce, one);
  return rows;
}

/** Lines by id, each once; of two with the same id the one that came later counts. */
export function merged(lines: RoomLine[], more: RoomLine[]): RoomLine[] {
  const byId = new Map(lines.map((line) => [line.id, line]));
  for (const line of more) byId.set(line.id, line);
  return [...byId.values()].sort((a, b) => compareIds(a.id, b.id));
}

/**
 * What is known, brought up to date by the newest lines as the server has them: those that are
 * gone there go here. Lines before a gap are left out: they are loaded again when scrolled to.
 */
export function caughtUp(lines: RoomLine[], newest: RoomLine[]): RoomLine[] {
  const from = newest.reduce<string | null>(
    (least, { id }) => (least === null || compareIds(id, least) < 0 ? id : least),
    null,
  );
  if (from === null) return [];
  const older = lines.filter((line) => compareIds(line.id, from) < 0);
  const meets = lines.some((line) => compareIds(line.id, from) >= 0);
  return merged(meets ? older : [], newest);
}

/** One emoji of a line after somebody reacted or took it back. */
export function withReaction(
  reactions: Reaction[],
  change: Omit<Reaction, "me"> & { me?: boolean },
): Reaction[] {
  const before = reactions.find((one) => one.name === change.name);
  const now = { ...change, me: change.me ?? before?.me ?? false };
  if (now.count <= 0) return reactions.filter((one) => one.name !== change.name);
  if (!before) return [...reactions, now];
  return reactions.map((one) => (one === before ? now : one));
}

/** The beginning of what was said, on one line. */
export function snippet(text: string, length = 90): string {
  const flat = text.replace(/\s+/gu, " ").trim();
  return flat.length > length ? `${flat.slice(0, length - 1).trimEnd()}…` : flat;
}
