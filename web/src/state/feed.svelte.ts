/**
 * A timeline on this page: loads, grows downwards, and lets new posts wait above until the
 * reader asks for them. It never moves what is being read.
 */
import { page } from "../api/http";
import { stream, type StreamEvent } from "../api/stream";
import type { Status } from "../api/types";
import { appendOlder, countNew, prependNewer, withoutEchoes, withoutPost } from "../rules/timeline";
import { canonical, canonicalLive, whenGone } from "./posts.svelte";

const PAGE_SIZE = 20;

export interface FeedSource {
  path: string;
  query?: Record<string, string | boolean>;
  /** The stream that brings this timeline's new posts. */
  live?: { stream: string; tag?: string };
}

export class Feed {
  items = $state.raw<Status[]>([]);
  waiting = $state.raw<Status[]>([]);
  phase = $state<"fresh" | "loading" | "ready" | "failed">("fresh");
  error = $state.raw<unknown>(null);
  next = $state.raw<string | null>(null);
  loadingMore = $state(false);

  constructor(readonly source: FeedSource) {}

  /** A getter, since a `$derived` would die with the page that first made this feed. */
  get newCount(): number {
    return countNew(this.items, this.waiting);
  }

  async load(): Promise<void> {
    if (this.phase === "loading") return;
    this.phase = "loading";
    try {
      const got = await page<Status>(this.source.path, { limit: PAGE_SIZE, ...this.source.query });
      this.items = withoutEchoes(got.items.map(canonical));
      this.waiting = [];
      this.next = got.items.length > 0 ? got.next : null;
      this.phase = "ready";
    } catch (error) {
      this.error = error;
      this.phase = "failed";
    }
  }

  async more(): Promise<void> {
    if (!this.next || this.loadingMore) return;
    this.loadingMore = true;
    this.error = null;
    try {
      const got = await page<Status>(this.next);
      this.items = appendOlder(this.items, got.items.map(canonical));
      this.next = got.items.length > 0 ? got.next : null;
    } catch (error) {
      this.error = error;
    } finally {
      this.loadingMore = false;
    }
  }

  /** Fetches what came since the newest post; it waits above like anything live. */
  async catchUp(): Promise<void> {
    const newest = prependNewer(this.items, this.waiting)[0];
    if (!newest || this.phase !== "ready") return;
    try {
      const query = { limit: PAGE_SIZE * 2, ...this.source.query, since_id: newest.id };
      const got = await page<Status>(this.source.path, query);
      this.waiting = prependNewer(this.waiting, got.items.map(canonical));
    } catch {
      // The next event or visit brings them; nothing the reader must hear about.
    }
  }

  showWaiting(): void {
    this.items = prependNewer(this.items, this.waiting);
    this.waiting = [];
  }

  /** The reader's own post appears at once, on top. */
  add(own: Status): void {
    this.items = prependNewer(this.items, [own]);
    this.waiting = withoutPost(this.waiting, own.id);
  }

  drop(id: string): void {
    this.items = withoutPost(this.items, id);
    this.waiting = withoutPost(this.waiting, id);
  }

  dropAuthor(accountId: string): void {
    const stays = (post: Status) =>
      post.account.id !== accountId && post.reblog?.account.id !== accountId;
    this.items = this.items.filter(stays);
    this.waiting = this.waiting.filter(stays);
  }

  hear(event: StreamEvent): void {
    const live = this.source.live;
    if (event.event !== "update" || !live || this.phase !== "ready") return;
    if (event.stream[0] !== live.stream) return;
    if (live.tag && event.stream[1]?.toLowerCase() !== live.tag.toLowerCase()) return;
    if (this.items.some((post) => post.id === event.status.id)) return;
    this.waiting = prependNewer(this.waiting, [canonicalLive(event.status)]);
  }
}

/** Timelines stay in memory, so that going back finds them as they were left. */
const feeds = new Map<string, Feed>();

export function feedFor(key: string, source: FeedSource): Feed {
  let feed = feeds.get(key);
  if (!feed) {
    feed = new Feed(source);
    feeds.set(key, feed);
  }
  return feed;
}

export function forgetFeeds(): void {
  feeds.clear();
}

/** Where a post of one's own shows at once: home, and the public timeline when public. */
export function addOwn(post: Status): void {
  feeds.get("home")?.add(post);
  if (post.visibility === "public" && !post.in_reply_to_id) feeds.get("local")?.add(post);
}

export function dropAuthor(accountId: string): void {
  for (const feed of feeds.values()) feed.dropAuthor(accountId);
}

stream.listen((event) => {
  for (const feed of feeds.values()) feed.hear(event);
});
stream.onGap(() => {
  for (const feed of feeds.values()) if (feed.source.live) void feed.catchUp();
});
whenGone((id) => {
  for (const feed of feeds.values()) feed.drop(id);
});
