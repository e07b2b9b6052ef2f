/** The AIs of this server, and every other account seen that says it is one. */
import { SvelteMap } from "svelte/reactivity";
import { get } from "../api/http";
import type { Account } from "../api/types";

class Directory {
  /** Null: not loaded, or this server has no such list. */
  ais = $state.raw<Account[] | null>(null);
  #byId = new SvelteMap<string, Account>();

  async load(): Promise<void> {
    try {
      this.ais = await get<Account[]>("/api/weft/v1/ais");
      for (const account of this.ais) this.#byId.set(account.id, account);
    } catch {
      this.ais = null;
    }
  }

  /** Remembers an AI met in a post, so that a mention of it is known to be one. */
  meet(account: Account): void {
    if (isAi(account) && !this.#byId.has(account.id)) this.#byId.set(account.id, account);
  }

  byId(id: string): Account | undefined {
    return this.#byId.get(id);
  }

  byAcct(acct: string): Account | undefined {
    const wanted = acct.toLowerCase();
    return [...this.#byId.values()].find((account) => account.acct.toLowerCase() === wanted);
  }

  get ids(): Set<string> {
    return new Set(this.#byId.keys());
  }
}

/** Weft says it in `ai`; other servers only have the `bot` mark. Both get the label. */
export const isAi = (account: Account): boolean => Boolean(account.ai) || account.bot;

export const directory = new Directory();
