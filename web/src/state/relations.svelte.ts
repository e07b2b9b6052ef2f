/** How the reader stands to other accounts: follow, mute, block. Shown at once, undone on failure. */
import { SvelteMap } from "svelte/reactivity";
import { get, post } from "../api/http";
import type { Account, Relationship } from "../api/types";
import { dropAuthor } from "./feed.svelte";
import { notices } from "./notices.svelte";

export const relations = new SvelteMap<string, Relationship>();

export async function loadRelation(id: string): Promise<void> {
  const found = await get<Relationship[]>("/api/v1/accounts/relationships", { id: [id] });
  for (const relation of found) relations.set(relation.id, relation);
}

export type RelationVerb = "follow" | "unfollow" | "mute" | "unmute" | "block" | "unblock";

const EXPECTED: Record<RelationVerb, Partial<Relationship>> = {
  follow: { following: true },
  unfollow: { following: false, requested: false },
  mute: { muting: true },
  unmute: { muting: false },
  block: { blocking: true, following: false, followed_by: false },
  unblock: { blocking: false },
};

export async function relate(account: Account, verb: RelationVerb): Promise<boolean> {
  const { id } = account;
  const before = relations.get(id);
  if (before) {
    const pending = verb === "follow" && account.locked;
    relations.set(id, { ...before, ...(pending ? { requested: true } : EXPECTED[verb]) });
  }
  try {
    relations.set(id, await post<Relationship>(`/api/v1/accounts/${id}/${verb}`));
    if (verb === "mute" || verb === "block") dropAuthor(id);
    return true;
  } catch (error) {
    if (before) relations.set(id, before);
    notices.failed(error, "error.undone");
    return false;
  }
}
