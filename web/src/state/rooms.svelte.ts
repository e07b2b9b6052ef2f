/** The rooms that the reader is in, was asked into, or could join. */
import { SvelteMap } from "svelte/reactivity";
import { get, page, post, write } from "../api/http";
import { ROOMS, type Room, type RoomEvent, type RoomLine } from "../api/rooms";
import { stream } from "../api/stream";
import { notices } from "./notices.svelte";

/** For so many rooms the last line is fetched: those that one sees without scrolling far. */
const WITH_LAST = 12;
const PUBLIC_PAGE = 40;

export class RoomList {
  mine = $state.raw<Room[]>([]);
  invited = $state.raw<Room[]>([]);
  /** Public rooms that the reader is not in. */
  open = $state.raw<Room[]>([]);
  next = $state.raw<string | null>(null);
  phase = $state<"loading" | "ready" | "failed">("loading");
  error = $state.raw<unknown>(null);
  /** What was last said, by room. */
  readonly last = new SvelteMap<string, RoomLine>();

  async load(): Promise<void> {
    try {
      const [mine, invited, open] = await Promise.all([
        get<Room[]>(ROOMS),
        get<Room[]>(`${ROOMS}/invited`),
        page<Room>(`${ROOMS}/public`, { limit: PUBLIC_PAGE }),
      ]);
      this.mine = mine;
      this.invited = invited;
      this.open = open.items.filter((room) => !room.me);
      this.next = open.items.length > 0 ? open.next : null;
      this.phase = "ready";
      for (const room of mine.slice(0, WITH_LAST)) void this.#loadLast(room.id);
    } catch (error) {
      this.error = error;
      this.phase = "failed";
    }
  }

  async more(): Promise<void> {
    if (!this.next) return;
    try {
      const got = await page<Room>(this.next);
      this.open = [...this.open, ...got.items.filter((room) => !room.me)];
      this.next = got.items.length > 0 ? got.next : null;
    } catch (error) {
      notices.failed(error);
    }
  }

  async #loadLast(id: string): Promise<void> {
    try {
      const [line] = await get<RoomLine[]>(`${ROOMS}/${id}/lines`, { limit: 1 });
      if (line) this.last.set(id, line);
    } catch {
      // A courtesy: the room's name and its count are there without it.
    }
  }

  /** Listens until the returned function is called. */
  follow(): () => void {
    const stops = [
      stream.subscribe({ stream: "rooms" }),
      stream.listen((event) => {
        if (event.event === "room" && event.stream[0] === "rooms") this.#hear(event);
      }),
      stream.onGap(() => void this.load()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  #hear(event: RoomEvent): void {
    if (event.kind === "invite" || event.kind === "member") void this.load();
    else if (event.kind === "changed") {
      const { data } = event;
      this.mine = this.mine.map((room) => (room.id === data.id ? { ...data, me: room.me } : room));
    } else if (event.kind === "unread") {
      const { room_id: id, unread, mentions } = event.data;
      const room = this.mine.find((one) => one.id === id);
      if (!room?.me) return;
      const fresh = { ...room, me: { ...room.me, unread, mentions } };
      const rest = this.mine.filter((one) => one !== room);
      // Spoken in: it comes first. Read elsewhere: it stays.
      if (unread > 0) this.mine = [fresh, ...rest];
      else this.mine = this.mine.map((one) => (one === room ? fresh : one));
      if (unread > 0) void this.#loadLast(id);
    }
  }

  async decline(room: Room, me: string): Promise<void> {
    try {
      await write("DELETE", `${ROOMS}/${room.id}/invites/${me}`);
      this.invited = this.invited.filter((one) => one.id !== room.id);
    } catch (error) {
      notices.failed(error);
    }
  }
}

export async function join(id: string): Promise<Room | null> {
  try {
    return await post<Room>(`${ROOMS}/${id}/join`);
  } catch (error) {
    notices.failed(error);
    return null;
  }
}
