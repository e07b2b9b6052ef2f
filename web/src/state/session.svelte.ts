/** Who is reading, where, and with which token. */
import { get, useToken, whenSignedOut } from "../api/http";
import { stream } from "../api/stream";
import type { Account, Instance, Preferences } from "../api/types";
import { directory } from "./directory.svelte";
import { forgetFeeds } from "./feed.svelte";
import { inbox } from "./inbox.svelte";
import { forgetPosts } from "./posts.svelte";

const KEY = "weft.session";

const whoAmI = () => get<Account>("/api/v1/accounts/verify_credentials");

interface Kept {
  token: string;
  account: Account | null;
}

class Session {
  token = $state<string | null>(null);
  me = $state.raw<Account | null>(null);
  instance = $state.raw<Instance | null>(null);
  preferences = $state.raw<Preferences | null>(null);

  /** Starts from what this browser kept, so that the first screen needs no round trip. */
  start(): void {
    whenSignedOut(() => this.#forget());
    const kept = localStorage.getItem(KEY);
    if (kept) {
      const { token, account } = JSON.parse(kept) as Kept;
      this.#take(token, account);
      this.refresh();
    }
    void get<Instance>("/api/v2/instance").then(
      (instance) => (this.instance = instance),
      () => undefined,
    );
    void directory.load();
  }

  async signIn(token: string): Promise<void> {
    useToken(token);
    const account = await whoAmI();
    this.#take(token, account);
    this.#loadExtras();
  }

  async signOut(): Promise<void> {
    const token = this.token;
    this.#forget();
    if (!token) return;
    // Signing in and out is rare: its code comes when it is needed.
    const { revoke } = await import("../api/oauth");
    await revoke(token).catch(() => undefined);
  }

  update(account: Account): void {
    this.me = account;
    if (this.token) this.#keep(this.token, account);
  }

  refresh(): void {
    whoAmI().then(
      (account) => this.update(account),
      () => undefined,
    );
    this.#loadExtras();
  }

  #loadExtras(): void {
    void get<Preferences>("/api/v1/preferences").then(
      (preferences) => (this.preferences = preferences),
      () => undefined,
    );
    void inbox.countUnread();
  }

  #take(token: string, account: Account | null): void {
    useToken(token);
    this.token = token;
    this.me = account;
    this.#keep(token, account);
    forgetFeeds();
    stream.open(token);
  }

  #keep(token: string, account: Account | null): void {
    localStorage.setItem(KEY, JSON.stringify({ token, account } satisfies Kept));
  }

  #forget(): void {
    localStorage.removeItem(KEY);
    useToken(null);
    stream.close();
    this.token = null;
    this.me = null;
    this.preferences = null;
    forgetFeeds();
    forgetPosts();
    inbox.forget();
  }
}

export const session = new Session();
