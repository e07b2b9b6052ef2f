/** One open room: what is said in it, who is there, and what one does in it. */
import { SvelteMap } from "svelte/reactivity";
import { ApiError, get, page, post, write } from "../api/http";
import {
  ROOMS,
  type Room,
  type RoomEvent,
  type RoomLine,
  type RoomMember,
  type Verdict,
} from "../api/rooms";
import { stream } from "../api/stream";
import type { Account, MediaAttachment } from "../api/types";
import { t } from "../i18n/index.svelte";
import { caughtUp, merged, rowsOf, withReaction, type Pending } from "../rules/room";
import { compareIds } from "../rules/timeline";
import { directory } from "./directory.svelte";
import { notices, wordsFor } from "./notices.svelte";
import { session } from "./session.svelte";

const PAGE_SIZE = 80;
const MEMBERS_PAGE = 80;
/** Who is in a room is asked for in so many pages at most. */
const MEMBER_PAGES = 5;
/** Others are told this often that one is writing, */
const TYPING_EVERY_MS = 4_000;
/** and forget it after this. */
const TYPING_FORGOTTEN_MS = 7_000;
/** Reading is told when it has rested for a moment: not once for every line of a burst. */
const READ_PAUSE_MS = 500;
/** What failed for these is sent again by itself when the connection is back. */
const PASSING = ["offline", "slow", "server"];

export interface Saying {
  text: string;
  replyTo: RoomLine | null;
  media: MediaAttachment[];
}

export class OpenRoom {
  room = $state.raw<Room | null>(null);
  lines = $state.raw<RoomLine[]>([]);
  pending = $state.raw<Pending[]>([]);
  members = $state.raw<RoomMember[]>([]);
  /** Where older lines are; null: there are none. */
  older = $state.raw<string | null>(null);
  phase = $state<"loading" | "ready" | "failed">("loading");
  error = $state.raw<unknown>(null);
  /** The reader was sent away, or left elsewhere. */
  gone = $state(false);
  /** Whether the newest line is in view; how many came since it was. */
  atEnd = $state(true);
  below = $state(0);
  readonly writing = new SvelteMap<string, ReturnType<typeof setTimeout>>();
  /** Lines that are answered and not among those loaded; null: it is gone. */
  readonly quoted = new SvelteMap<string, RoomLine | null>();
  readonly verdicts = new SvelteMap<string, Verdict>();
  readonly #keys = new Map<string, string>();
  #readId = $state.raw<string | null>(null);
  #marked: string | null = null;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #toldTyping = 0;
  #sending = false;
  /** Lines that wait for the connection, by nonce. */
  readonly #passing = new Set<string>();

  readonly rows = $derived(
    rowsOf(this.lines, this.pending, {
      keys: this.#keys,
      readId: this.#readId,
      me: session.me?.id ?? null,
    }),
  );
  readonly moderates = $derived(
    this.room?.me?.role === "owner" || this.room?.me?.role === "moderator",
  );
  readonly here = $derived(
    this.members.filter((one) => one.here || (this.room?.me && one.account.id === session.me?.id)),
  );

  constructor(readonly id: string) {}

  get #path(): string {
    return `${ROOMS}/${this.id}`;
  }

  // -- reading --------------------------------------------------------------------------------

  async load(): Promise<void> {
    this.phase = "loading";
    try {
      const none = { items: [], next: null };
      const [room, got] = await Promise.all([
        get<Room>(this.#path),
        // Who was only asked in may know of the room, and not read in it.
        page<RoomLine>(`${this.#path}/lines`, { limit: PAGE_SIZE }).catch((error: unknown) => {
          if (error instanceof ApiError && error.trouble === "missing") return none;
          throw error;
        }),
      ]);
      this.room = room;
      if (room.me && room.me.unread > 0) this.#readId = room.me.read_id;
      this.lines = merged([], got.items.map(met));
      this.older = got.items.length > 0 ? got.next : null;
      this.phase = "ready";
      void this.loadMembers();
    } catch (error) {
      this.error = error;
      this.phase = "failed";
    }
  }

  async loadOlder(): Promise<void> {
    const from = this.older;
    if (!from) return;
    this.older = null;
    try {
      const got = await page<RoomLine>(from);
      this.lines = merged(got.items.map(met), this.lines);
      this.older = got.items.length > 0 ? got.next : null;
    } catch (error) {
      this.older = from;
      notices.failed(error);
    }
  }

  async loadMembers(): Promise<void> {
    try {
      const found: RoomMember[] = [];
      let next: string | null = `${this.#path}/members?limit=${MEMBERS_PAGE}`;
      for (let pages = 0; next && pages < MEMBER_PAGES; pages += 1) {
        const got: { items: RoomMember[]; next: string | null } = await page<RoomMember>(next);
        found.push(...got.items);
        next = got.items.length > 0 ? got.next : null;
      }
      for (const one of found) directory.meet(one.account);
      this.members = found;
    } catch {
      // Names stand with the lines; the next change asks again.
    }
  }

  /** After a pause of the stream: what was missed. */
  async catchUp(): Promise<void> {
    if (this.phase !== "ready") return;
    try {
      const [room, got] = await Promise.all([
        get<Room>(this.#path),
        page<RoomLine>(`${this.#path}/lines`, { limit: PAGE_SIZE }),
      ]);
      this.room = room;
      const before = this.lines.at(-1)?.id ?? "";
      this.lines = caughtUp(this.lines, got.items.map(met));
      if (this.lines.length === got.items.length) this.older = got.next;
      const fresh = got.items.filter((line) => compareIds(line.id, before) > 0);
      if (!this.atEnd) this.below += fresh.length;
      this.#again();
    } catch {
      // The next frame or connection brings it.
    }
  }

  /** The line that another answers; asked for once where it is not loaded. */
  answered(id: string): RoomLine | null | undefined {
    return this.lines.find((line) => line.id === id) ?? this.quoted.get(id);
  }

  async fetchAnswered(id: string): Promise<void> {
    if (this.answered(id) !== undefined) return;
    try {
      this.quoted.set(id, await get<RoomLine>(`${this.#path}/lines/${id}`));
    } catch {
      this.quoted.set(id, null);
    }
  }

  /** One has read what is there. */
  markRead(): void {
    this.below = 0;
    const last = this.lines.at(-1)?.id;
    if (!last || !this.room?.me || last === this.#marked) return;
    clearTimeout(this.#reading);
    this.#reading = setTimeout(() => {
      this.#marked = last;
      void post(`${this.#path}/read`, { line_id: last }).catch(() => (this.#marked = null));
    }, READ_PAUSE_MS);
  }

  // -- live -----------------------------------------------------------------------------------

  /** Listens until the returned function is called. */
  follow(): () => void {
    const stops = [
      stream.subscribe({ stream: "room", room: this.id }),
      stream.listen((event) => {
        if (event.event === "room" && event.stream[0] === "room" && event.stream[1] === this.id)
          this.#hear(event);
      }),
      stream.onGap(() => void this.catchUp().then(() => this.loadMembers())),
    ];
    return () => {
      stops.forEach((stop) => stop());
      for (const timer of this.writing.values()) clearTimeout(timer);
    };
  }

  #hear(event: RoomEvent): void {
    switch (event.kind) {
      case "line":
        this.#arrive(met(event.data));
        break;
      case "edit":
        this.#put(event.data);
        break;
      case "delete":
        this.#drop(event.data.id);
        break;
      case "reaction": {
        const { line_id: id, account_id: who, added, name, count, url, static_url } = event.data;
        const own = who === session.me?.id ? { me: added } : {};
        this.#change(id, (line) => ({
          ...line,
          reactions: withReaction(line.reactions, { name, count, url, static_url, ...own }),
        }));
        break;
      }
      case "member":
        this.#moved(event.data);
        break;
      case "changed":
        void this.#refresh();
        break;
      case "typing":
        this.#isWriting(event.data.account_id);
        break;
      case "presence":
        this.#isHere(event.data.account_id, event.data.here);
        break;
      case "read":
        if (this.atEnd) this.below = 0;
        break;
    }
  }

  #arrive(line: RoomLine): void {
    const who = line.account?.id;
    if (who) this.#stopsWriting(who);
    // One's own may come by the stream before the answer to its sending.
    const sent =
      who === session.me?.id && this.pending.find(({ line: mine }) => mine.text === line.text);
    if (sent && !this.#keys.has(line.id)) this.#sent(sent, line);
    else {
      const known = this.lines.some(({ id }) => id === line.id);
      this.lines = merged(this.lines, [line]);
      if (!known && !this.atEnd && who !== session.me?.id) this.below += 1;
    }
  }

  #moved(data: Extract<RoomEvent, { kind: "member" }>["data"]): void {
    if (data.line) this.#arrive(data.line);
    const own = data.account?.id === session.me?.id;
    if (own && data.change === "left" && (data.how !== "" || this.room?.access !== "public")) {
      this.gone = true;
      return;
    }
    void this.#refresh();
    void this.loadMembers();
  }

  async #refresh(): Promise<void> {
    try {
      const room = await get<Room>(this.#path);
      this.room = room;
      // Notices of a hush or a topic are lines that no frame brings.
      const newest = this.lines.at(-1)?.id ?? "0";
      if (room.last_line_id && compareIds(room.last_line_id, newest) > 0) await this.catchUp();
    } catch {
      // The next frame asks again.
    }
  }

  #isWriting(who: string): void {
    clearTimeout(this.writing.get(who));
    this.writing.set(
      who,
      setTimeout(() => this.writing.delete(who), TYPING_FORGOTTEN_MS),
    );
  }

  #stopsWriting(who: string): void {
    clearTimeout(this.writing.get(who));
    this.writing.delete(who);
  }

  #isHere(who: string, here: boolean): void {
    if (!this.members.some((one) => one.account.id === who)) void this.loadMembers();
    this.members = this.members.map((one) => (one.account.id === who ? { ...one, here } : one));
    if (!here) this.#stopsWriting(who);
  }

  #change(id: string, change: (line: RoomLine) => RoomLine): void {
    this.lines = this.lines.map((line) => (line.id === id ? change(line) : line));
  }

  #put(line: RoomLine): void {
    this.#change(line.id, () => line);
    if (this.quoted.has(line.id)) this.quoted.set(line.id, line);
  }

  #drop(id: string): void {
    this.lines = this.lines.filter((line) => line.id !== id);
    this.quoted.set(id, null);
  }

  // -- speaking -------------------------------------------------------------------------------

  /** Shown at once; sent one after the other, so that lines stay in their order. */
  say({ text, replyTo, media }: Saying): void {
    const nonce = Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
    const line: RoomLine = {
      id: nonce,
      kind: "line",
      created_at: new Date().toISOString(),
      edited_at: null,
      account: session.me,
      text,
      content: "",
      language: null,
      in_reply_to_id: replyTo?.id ?? null,
      mentions: [],
      media_attachments: media,
      emojis: [],
      reactions: [],
      ai: null,
    };
    this.pending = [...this.pending, { nonce, line, failed: null }];
    this.#toldTyping = 0;
    void this.#send();
  }

  retry(one: Pending): void {
    this.#fail(one.nonce, null);
    void this.#send();
  }

  discard(one: Pending): void {
    this.pending = this.pending.filter(({ nonce }) => nonce !== one.nonce);
  }

  #again(): void {
    for (const nonce of this.#passing) this.#fail(nonce, null);
    void this.#send();
  }

  #fail(nonce: string, failed: string | null): void {
    if (failed === null) this.#passing.delete(nonce);
    this.pending = this.pending.map((one) => (one.nonce === nonce ? { ...one, failed } : one));
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (;;) {
      const one = this.pending.find(({ failed }) => failed === null);
      if (!one) break;
      const { nonce, line } = one;
      const body = {
        text: line.text,
        in_reply_to_id: line.in_reply_to_id,
        media_ids: line.media_attachments.map(({ id }) => id),
      };
      try {
        // The same key gives the same line, however often it is sent.
        const headers = { "Idempotency-Key": nonce };
        this.#sent(one, await post<RoomLine>(`${this.#path}/lines`, body, { headers }));
      } catch (error) {
        if (error instanceof ApiError && PASSING.includes(error.trouble)) this.#passing.add(nonce);
        this.#fail(nonce, wordsFor(error));
      }
    }
    this.#sending = false;
  }

  #sent(one: Pending, line: RoomLine): void {
    this.#keys.set(line.id, one.nonce);
    this.discard(one);
    this.lines = merged(this.lines, [line]);
  }

  async edit(line: RoomLine, text: string): Promise<boolean> {
    return this.#try(async () =>
      this.#put(await write<RoomLine>("PUT", `${this.#path}/lines/${line.id}`, { text })),
    );
  }

  async remove(line: RoomLine): Promise<void> {
    await this.#try(async () => {
      await write("DELETE", `${this.#path}/lines/${line.id}`);
      this.#drop(line.id);
    });
  }

  async react(line: RoomLine, name: string): Promise<void> {
    const before = line.reactions.find((one) => one.name === name);
    const me = !before?.me;
    const count = (before?.count ?? 0) + (me ? 1 : -1);
    const { url, static_url } = before ?? { url: null, static_url: null };
    this.#change(line.id, (now) => ({
      ...now,
      reactions: withReaction(now.reactions, { name, count, me, url, static_url }),
    }));
    const path = `${this.#path}/lines/${line.id}/reactions/${encodeURIComponent(name)}`;
    const done = await this.#try(async () =>
      this.#put(await write<RoomLine>(me ? "PUT" : "DELETE", path)),
    );
    if (!done) this.#put(line);
  }

  async judge(line: RoomLine, verdict: Verdict): Promise<void> {
    await this.#try(async () => {
      await post(`${this.#path}/lines/${line.id}/feedback`, { verdict });
      this.verdicts.set(line.id, verdict);
      notices.say(t("room.verdict_thanks"));
    });
  }

  isTyping(): void {
    if (Date.now() - this.#toldTyping < TYPING_EVERY_MS) return;
    this.#toldTyping = Date.now();
    void post(`${this.#path}/typing`).catch(() => undefined);
  }

  // -- the room -------------------------------------------------------------------------------

  /** The room after something was done to it. */
  async act(method: "POST" | "PATCH" | "DELETE", what: string, body?: unknown): Promise<boolean> {
    return this.#try(async () => {
      this.room = await write<Room>(method, `${this.#path}${what}`, body);
      await this.#refresh();
    });
  }

  /** The same, for what answers with something else. */
  async tell(method: "POST" | "PATCH" | "DELETE", what: string, body?: unknown): Promise<boolean> {
    const done = await this.#try(() => write(method, `${this.#path}${what}`, body));
    if (done && !what.endsWith("/leave")) void this.loadMembers();
    return done;
  }

  nameOf(id: string): string {
    const account =
      this.members.find((one) => one.account.id === id)?.account ??
      this.lines.findLast((line) => line.account?.id === id)?.account;
    return account ? nameOf(account) : t("room.someone");
  }

  async #try(run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      notices.failed(error);
      return false;
    }
  }
}

export const nameOf = (account: Account | null): string =>
  account ? account.display_name || account.username : t("room.someone");

function met(line: RoomLine): RoomLine {
  if (line.account) directory.meet(line.account);
  return line;
}
