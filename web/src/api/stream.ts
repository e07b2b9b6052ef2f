/**
 * One WebSocket to the streaming API for the whole app. It reconnects by itself and then calls
 * `onGap`, because whatever happened in between was missed and must be fetched.
 */
import type { RoomEvent } from "./rooms";
import type { Notification, Status } from "./types";

export type StreamEvent =
  | { event: "update" | "status.update"; stream: string[]; status: Status }
  | { event: "notification"; stream: string[]; notification: Notification }
  | { event: "delete"; stream: string[]; id: string }
  | RoomEvent;

type Listener = (event: StreamEvent) => void;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Full jitter: a server that restarts must not be met by everyone in the same second. */
export function pauseBefore(attempt: number, chance: number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return Math.round(FIRST_PAUSE_MS / 2 + chance * ceiling);
}

export function decode(text: string): StreamEvent | null {
  const frame = JSON.parse(text) as { event?: string; stream?: string[]; payload?: string };
  const { event, stream = [], payload = "" } = frame;
  if (event === "update" || event === "status.update")
    return { event, stream, status: JSON.parse(payload) as Status };
  if (event === "notification")
    return { event, stream, notification: JSON.parse(payload) as Notification };
  if (event === "delete") return { event, stream, id: payload };
  if (event?.startsWith("room."))
    return { event: "room", kind: event.slice(5), stream, data: JSON.parse(payload) } as RoomEvent;
  return null;
}

interface Channel {
  stream: string;
  tag?: string;
  room?: string;
}

export class Stream {
  #socket: WebSocket | null = null;
  #token: string | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #opened = false;
  #listeners = new Set<Listener>();
  #gapListeners = new Set<() => void>();
  /** Streams besides "user", with how many screens want each. */
  #extra = new Map<string, { channel: Channel; wanted: number }>();

  open(token: string): void {
    this.close();
    this.#token = token;
    this.#connect();
  }

  close(): void {
    this.#token = null;
    this.#opened = false;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called after a reconnection: events may have been missed. */
  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener);
    return () => this.#gapListeners.delete(listener);
  }

  subscribe(channel: Channel): () => void {
    const key = `${channel.stream} ${channel.tag ?? channel.room ?? ""}`;
    const entry = this.#extra.get(key) ?? { channel, wanted: 0 };
    entry.wanted += 1;
    this.#extra.set(key, entry);
    if (entry.wanted === 1) this.#frame("subscribe", channel);
    return () => {
      entry.wanted -= 1;
      if (entry.wanted > 0) return;
      this.#extra.delete(key);
      this.#frame("unsubscribe", channel);
    };
  }

  #frame(type: "subscribe" | "unsubscribe", channel: Channel): void {
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ type, ...channel }));
  }

  #connect(): void {
    if (!this.#token) return;
    const url = new URL("/api/v1/streaming", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.search = new URLSearchParams({ stream: "user", access_token: this.#token }).toString();
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempt = 0;
      for (const { channel } of this.#extra.values()) this.#frame("subscribe", channel);
      if (this.#opened) for (const listener of this.#gapListeners) listener();
      this.#opened = true;
    };
    socket.onmessage = (message) => {
      const event = typeof message.data === "string" && message.data ? decode(message.data) : null;
      if (event) for (const listener of this.#listeners) listener(event);
    };
    socket.onclose = () => {
      if (this.#socket !== socket || !this.#token) return;
      this.#timer = setTimeout(
        () => this.#connect(),
        pauseBefore(this.#attempt++, Math.random()),
      );
    };
  }
}

export const stream = new Stream();
