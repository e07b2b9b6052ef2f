import { describe, expect, it } from "vitest";
import type { Reaction, RoomLine } from "../api/rooms";
import type { Account } from "../api/types";
import { caughtUp, merged, rowsOf, snippet, withReaction } from "./room";

const NOON = Date.parse("2026-11-23T12:00:00");

function said(id: number, who = "1", minute = id, more: Partial<RoomLine> = {}): RoomLine {
  const line: RoomLine = {
    id: String(id),
    kind: "line",
    created_at: new Date(NOON + minute * 60_000).toISOString(),
    edited_at: null,
    account: { id: who } as Account,
    text: `line ${id}`,
    content: "",
    language: null,
    in_reply_to_id: null,
    mentions: [],
    media_attachments: [],
    emojis: [],
    reactions: [],
    ai: null,
  };
  return { ...line, ...more };
}

const nobody = { keys: new Map<string, string>(), readId: null, me: null };
const ids = (lines: RoomLine[]) => lines.map((line) => line.id);

describe("rows", () => {
  it("belong together when one person goes on soon after", () => {
    const lines = [said(1), said(2), said(3, "2"), said(4, "2", 10), said(5, "2", 11)];
    const first = rowsOf(lines, [], nobody).map((row) => row.first);
    expect(first).toEqual([true, false, true, true, false]);
  });

  it("begin anew for an answer and after a notice", () => {
    const answer = said(2, "1", 1, { in_reply_to_id: "1" });
    const notice = said(3, "1", 1, { kind: "join" });
    const first = rowsOf([said(1), answer, notice, said(4, "1", 1)], [], nobody);
    expect(first.map((row) => row.first)).toEqual([true, true, true, true]);
  });

  it("say where a day begins", () => {
    const days = rowsOf([said(1), said(2, "1", 13 * 60), said(3, "1", 13 * 60)], [], nobody);
    expect(days.map((row) => row.newDay)).toEqual([true, true, false]);
  });

  it("divide once, at the first line of another that was not read", () => {
    const lines = [said(1, "2"), said(2), said(3, "2"), said(4, "2")];
    const rows = rowsOf(lines, [], { ...nobody, readId: "1", me: "1" });
    expect(rows.map((row) => row.unread)).toEqual([false, false, true, false]);
    expect(rows[2]?.first).toBe(true);
  });

  it("keep their key when the server has taken what was on its way", () => {
    const before = rowsOf([], [{ nonce: "n", line: said(9), failed: null }], nobody);
    const after = rowsOf([said(10)], [], { ...nobody, keys: new Map([["10", "n"]]) });
    expect(before.map((row) => row.key)).toEqual(after.map((row) => row.key));
  });
});

describe("lines", () => {
  it("are there once and in order of their ids, not of their digits", () => {
    const got = merged([said(9), said(11)], [said(10), said(9, "2")]);
    expect(ids(got)).toEqual(["9", "10", "11"]);
    expect(got[0]?.account?.id).toBe("2");
  });

  it("that were taken back meanwhile go", () => {
    expect(ids(caughtUp([said(1), said(5), said(6)], [said(7), said(5)]))).toEqual(["1", "5", "7"]);
  });

  it("before a gap go, or the gap would look like silence", () => {
    expect(ids(caughtUp([said(1), said(2)], [said(50), said(49)]))).toEqual(["49", "50"]);
  });
});

describe("reactions", () => {
  const one: Reaction = { name: "👍", count: 1, me: true, url: null, static_url: null };

  it("of others leave one's own", () => {
    const { me: _, ...told } = { ...one, count: 2 };
    expect(withReaction([one], told)).toEqual([{ ...one, count: 2 }]);
  });

  it("go with the last, and come with the first", () => {
    expect(withReaction([one], { ...one, count: 0 })).toEqual([]);
    expect(withReaction([], one)).toEqual([one]);
  });
});

it("A snippet is one short line", () => {
  expect(snippet("a\n\n  b")).toBe("a b");
  expect(snippet("x".repeat(200))).toHaveLength(90);
});
