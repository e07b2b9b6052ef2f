import { describe, expect, it } from "vitest";
import {
  appendOlder,
  type Entry,
  compareIds,
  countNew,
  groupNotifications,
  prependNewer,
  withoutEchoes,
  withoutPost,
} from "./timeline";

const post = (id: string): Entry => ({ id, reblog: null });
const boost = (id: string, of: string): Entry => ({ id, reblog: { id: of } });
const ids = (list: { id: string }[]) => list.map((entry) => entry.id);

describe("a timeline", () => {
  it("orders ids by age, also when they have more digits", () => {
    expect(["9", "100", "10"].sort(compareIds)).toEqual(["9", "10", "100"]);
  });

  it("shows a post once, though pages overlap", () => {
    expect(ids(appendOlder([post("5"), post("4")], [post("4"), post("3")]))).toEqual(["5", "4", "3"]);
  });

  it("says a thing once: not a post and, nearby, a boost of it", () => {
    expect(ids(withoutEchoes([post("9"), boost("8", "9"), post("7")]))).toEqual(["9", "7"]);
    expect(ids(withoutEchoes([boost("9", "7"), post("8"), post("7")]))).toEqual(["9", "8"]);
  });

  it("leaves what is being read where it is when a boost of it arrives", () => {
    expect(ids(prependNewer([post("5"), post("4")], [boost("6", "4")]))).toEqual(["5", "4"]);
  });

  it("keeps a boost of a post that was long ago", () => {
    const far = Array.from({ length: 50 }, (_, n) => post(String(1000 - n)));
    expect(ids(withoutEchoes([...far, boost("1", "1000")]))).toContain("1");
  });

  it("puts newer posts on top, newest first, whatever their order of arrival", () => {
    expect(ids(prependNewer([post("3")], [post("4"), post("6"), post("5"), post("3")]))).toEqual([
      "6",
      "5",
      "4",
      "3",
    ]);
  });

  it("takes a deleted post away together with its boosts", () => {
    expect(ids(withoutPost([boost("9", "5"), post("7"), post("5")], "5"))).toEqual(["7"]);
  });

  it("counts as new only what the reader will see as new", () => {
    expect(countNew([post("5")], [post("6"), boost("7", "6"), post("5")])).toBe(1);
    expect(countNew([post("5")], [])).toBe(0);
  });
});

describe("notifications", () => {
  const note = (id: string, type: string, status: string | null) => ({
    id,
    type,
    status: status ? { id: status } : null,
  });

  it("gather likes of one post, and leave answers alone", () => {
    const groups = groupNotifications([
      note("5", "favourite", "a"),
      note("4", "mention", "a"),
      note("3", "favourite", "a"),
      note("2", "favourite", "b"),
      note("1", "mention", "a"),
    ]);
    expect(groups.map((group) => group.all.length)).toEqual([2, 1, 1, 1]);
    expect(groups.map((group) => group.key)).toEqual(["5", "4", "2", "1"]);
  });
});
