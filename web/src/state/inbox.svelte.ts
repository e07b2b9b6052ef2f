/** Notifications: the list, what is new, and the server's marker of what was read. */
import { get, page, post } from "../api/http";
import { stream } from "../api/stream";
import type { Marker, Notification } from "../api/types";
import { compareIds } from "../rules/timeline";
import { directory } from "./directory.svelte";
import { canonical } from "./posts.svelte";

const PAGE_SIZE = 30;

function met(item: Notification): Notification {
  directory.meet(item.account);
  return item.status ? { ...item, status: canonical(item.status) } : item;
}

class Inbox {
  items = $state.raw<Notification[]>([]);
  waiting = $state.raw<Notification[]>([]);
  phase = $state<"fresh" | "loading" | "ready" | "failed">("fresh");
  error = $state.raw<unknown>(null);
  next = $state.raw<string | null>(null);
  unread = $state(0);
  /** True while the reader looks at the list: nothing counts as unread then. */
  open = false;

  async countUnread(): Promise<void> {
    try {
      const markers = await get<{ notifications?: Marker }>("/api/v1/markers", {
        timeline: ["notifications"],
      });
      const since = markers.notifications?.last_read_id;
      const recent = await get<Notification[]>("/api/v1/notifications", { limit: PAGE_SIZE });
      const unread = recent.filter((item) => !since || compareIds(item.id, since) > 0);
      this.unread = this.open ? 0 : unread.length;
    } catch {
      // The badge is a courtesy; it comes with the next event.
    }
  }

  async load(): Promise<void> {
    this.phase = this.items.length > 0 ? "ready" : "loading";
    try {
      const got = await page<Notification>("/api/v1/notifications", { limit: PAGE_SIZE });
      this.items = got.items.map(met);
      this.next = got.items.length > 0 ? got.next : null;
      this.waiting = [];
      this.phase = "ready";
      await this.markRead();
    } catch (error) {
      this.error = error;
      this.phase = "failed";
    }
  }

  async more(): Promise<void> {
    if (!this.next) return;
    const from = this.next;
    this.next = null;
    try {
      const got = await page<Notification>(from);
      this.items = [...this.items, ...got.items.map(met)];
      this.next = got.items.length > 0 ? got.next : null;
    } catch {
      this.next = from;
    }
  }

  async showWaiting(): Promise<void> {
    this.items = [...this.waiting, ...this.items];
    this.waiting = [];
    await this.markRead();
  }

  async markRead(): Promise<void> {
    this.unread = 0;
    const newest = this.items[0];
    if (!newest) return;
    const body = { notifications: { last_read_id: newest.id } };
    await post("/api/v1/markers", body).catch(() => undefined);
  }

  drop(id: string): void {
    this.items = this.items.filter((item) => item.id !== id);
  }

  hear(item: Notification): void {
    if (this.items.some((known) => known.id === item.id)) return;
    if (this.phase === "ready") this.waiting = [met(item), ...this.waiting];
    if (!this.open) this.unread += 1;
  }

  forget(): void {
    this.items = [];
    this.waiting = [];
    this.unread = 0;
    this.phase = "fresh";
  }
}

export const inbox = new Inbox();

stream.listen((event) => {
  if (event.event === "notification") inbox.hear(event.notification);
});
stream.onGap(() => void inbox.countUnread());
