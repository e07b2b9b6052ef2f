import { describe, expect, it } from "vitest";
import { words } from "./ar";
import { en as shell } from "./en";
import { rooms } from "./rooms";

const en = { ...shell, ...rooms };

const stem = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe("Arabic", () => {
  it("says everything English says", () => {
    const known = new Set(Object.keys(words).map(stem));
    expect(Object.keys(en).filter((key) => !known.has(stem(key)))).toEqual([]);
  });

  it("says nothing more, and fills only the same holes", () => {
    const english = new Map(Object.entries(en).map(([key, text]) => [stem(key), text as string]));
    for (const [key, text] of Object.entries(words)) {
      const original = english.get(stem(key));
      expect(original, key).toBeDefined();
      for (const hole of holes(text)) expect(holes(original ?? ""), key).toContain(hole);
    }
  });
});
