/** Which page an address means, and the address of each thing. Pure. */
import type { Account, Status } from "./api/types";

export type Route =
  | { page: "home" | "explore" | "rooms" | "notifications" | "settings" | "compose" }
  | { page: "callback" | "login" | "signup" | "missing" }
  | { page: "search"; q: string }
  | { page: "profile"; acct: string; tab: "posts" | "replies" | "media" }
  | { page: "thread"; id: string; acct: string }
  | { page: "tag"; tag: string }
  | { page: "room"; id: string };

const SIMPLE: Record<string, Route> = {
  "/": { page: "home" },
  "/explore": { page: "explore" },
  "/rooms": { page: "rooms" },
  "/notifications": { page: "notifications" },
  "/settings": { page: "settings" },
  "/compose": { page: "compose" },
  "/auth/callback": { page: "callback" },
  "/login": { page: "login" },
  "/signup": { page: "signup" },
};

export function parse(path: string, query = ""): Route {
  const simple = SIMPLE[path.length > 1 ? path.replace(/\/$/, "") : path];
  if (simple) return simple;
  const params = new URLSearchParams(query);
  if (path === "/search") return { page: "search", q: params.get("q") ?? "" };
  const tag = /^\/tags\/([^/]+)$/.exec(path);
  if (tag?.[1]) return { page: "tag", tag: decodeURIComponent(tag[1]) };
  const room = /^\/rooms\/(\d+)$/.exec(path);
  if (room?.[1]) return { page: "room", id: room[1] };
  const profile = /^\/@([^/]+)\/?$/.exec(path);
  if (profile?.[1]) {
    const wanted = params.get("tab");
    const tab = wanted === "replies" || wanted === "media" ? wanted : "posts";
    return { page: "profile", acct: decodeURIComponent(profile[1]), tab };
  }
  const thread = /^\/@([^/]+)\/(\d+)$/.exec(path);
  if (thread?.[1] && thread[2])
    return { page: "thread", acct: decodeURIComponent(thread[1]), id: thread[2] };
  return { page: "missing" };
}

export const profilePath = (account: Pick<Account, "acct">): string => `/@${account.acct}`;
export const postPath = (status: Pick<Status, "id" | "account">): string =>
  `/@${status.account.acct}/${status.id}`;
export const tagPath = (name: string): string => `/tags/${encodeURIComponent(name)}`;
export const roomPath = (room: { id: string }): string => `/rooms/${room.id}`;
export const searchPath = (q: string): string => `/search?q=${encodeURIComponent(q)}`;
