import { describe, expect, it } from "vitest";
import { ANSWER_PATIENCE_MS, ancestorsOf, awaitedAis, nest, withArrival } from "./thread";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
const post = (id: string, parent: string | null, minute: number, by = "p", mentions: string[] = []) => ({
  id,
  in_reply_to_id: parent,
  account: { id: by },
  created_at: at(minute),
  mentions: mentions.map((m) => ({ id: m })),
});

describe("a thread", () => {
  const root = post("1", null, 0);
  const a = post("2", "1", 1, "ann");
  const b = post("3", "1", 2, "bob");
  const a1 = post("4", "2", 3, "bob");
  const all = [root, b, a1, a];

  it("finds the way from the root to the anchor", () => {
    expect(ancestorsOf(a1, all).map((p) => p.id)).toEqual(["1", "2"]);
  });

  it("stops at a post that is missing, and at a loop", () => {
    expect(ancestorsOf(post("9", "8", 4), all)).toEqual([]);
    const one = post("x", "y", 0);
    const two = post("y", "x", 0);
    expect(ancestorsOf(one, [one, two]).length).toBeLessThanOrEqual(2);
  });

  it("nests answers below what they answer, oldest first", () => {
    expect(nest(root, all).map((row) => [row.post.id, row.depth])).toEqual([
      ["2", 0],
      ["4", 1],
      ["3", 0],
    ]);
  });

  it("says whom an answer is for when it does not stand right below it", () => {
    const rows = nest(root, [...all, post("5", "2", 4, "cy")]);
    expect(rows.find((row) => row.post.id === "5")?.answers?.id).toBe("2");
    expect(rows.find((row) => row.post.id === "4")?.answers).toBeNull();
  });

  it("lets an author go on with their own post first", () => {
    const own = post("6", "1", 9, "p");
    expect(nest(root, [...all, own])[0]?.post.id).toBe("6");
  });

  it("takes in an answer that arrives, and nothing from elsewhere", () => {
    expect(withArrival(root, [a], post("7", "2", 5))?.length).toBe(2);
    expect(withArrival(root, [a], post("8", "99", 5))).toBeNull();
    expect(withArrival(root, [a], a)).toBeNull();
  });
});

describe("an awaited AI", () => {
  const ais = new Set(["bot", "bot2"]);
  const now = Date.parse(at(0)) + 5_000;
  const question = post("1", null, 0, "ann", ["bot"]);

  it("is one that was mentioned and has not answered", () => {
    expect(awaitedAis([question], ais, now)).toEqual(["bot"]);
    expect(awaitedAis([question, post("2", "1", 0, "bot")], ais, now)).toEqual([]);
  });

  it("is one whose post was answered", () => {
    const answer = post("2", "1", 0, "bot");
    const again = post("3", "2", 0, "ann");
    expect(awaitedAis([question, answer, again], ais, now)).toEqual(["bot"]);
  });

  it("is not waited for for ever, nor when another AI speaks", () => {
    expect(awaitedAis([question], ais, now + ANSWER_PATIENCE_MS)).toEqual([]);
    expect(awaitedAis([post("1", null, 0, "bot2", ["bot"])], ais, now)).toEqual([]);
  });
});
