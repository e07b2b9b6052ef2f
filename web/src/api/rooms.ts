/** Rooms of text: Weft's own entities (docs/rooms.md); only fields in use. */
import type {
  Account,
  AiSource,
  CustomEmoji,
  MediaAttachment,
  Mention,
} from "./types";

export type Mode = "called" | "meant" | "helpful" | "scene";
export type Liveliness = "quiet" | "normal" | "lively";
export type Role = "owner" | "moderator" | "member";

export interface Room {
  id: string;
  name: string;
  topic: string;
  access: "public" | "private";
  owner_id: string;
  people: number;
  ais: number;
  mode: Mode;
  liveliness: Liveliness;
  hushed_until: string | null;
  scene: { lines: number; left: number } | null;
  last_line_id: string | null;
  last_line_at: string | null;
  closed_at: string | null;
  /** Null: the reader is not in it; in frames of the stream always. */
  me: {
    role: Role;
    read_id: string | null;
    unread: number;
    mentions: number;
  } | null;
}

export interface RoomMember {
  account: Account;
  role: Role;
  here: boolean;
}

export interface Reaction {
  name: string;
  count: number;
  me: boolean;
  url: string | null;
  static_url: string | null;
}

export interface RoomLine {
  id: string;
  kind: "line" | "join" | "leave" | "topic" | "hush" | "scene";
  created_at: string;
  edited_at: string | null;
  account: Account | null;
  text: string;
  content: string;
  language: string | null;
  in_reply_to_id: string | null;
  mentions: Mention[];
  media_attachments: MediaAttachment[];
  emojis: CustomEmoji[];
  reactions: Reaction[];
  ai: {
    sources: AiSource[];
    model: string | null;
    /** Why it joined, where nobody had called it. */
    why: { code: string; text: string } | null;
  } | null;
}

export type Verdict = "good" | "not_for_me" | "not_now";

/** What the streams `room` and `rooms` say, by the frame's name without "room.". */
export type RoomEvent = { event: "room"; stream: string[] } & (
  | { kind: "line" | "edit"; data: RoomLine }
  | { kind: "delete"; data: { room_id: string; id: string } }
  | {
      kind: "reaction";
      data: Omit<Reaction, "me"> & { line_id: string; account_id: string; added: boolean };
    }
  | {
      kind: "member";
      data: {
        room_id: string;
        change: "joined" | "left";
        how: string;
        account: Account | null;
        line: RoomLine | null;
      };
    }
  | { kind: "changed" | "invite"; data: Room }
  | { kind: "typing"; data: { account_id: string } }
  | { kind: "presence"; data: { account_id: string; here: boolean } }
  | { kind: "read"; data: { room_id: string; line_id: string } }
  | { kind: "unread"; data: { room_id: string; unread: number; mentions: number } }
);

export const ROOMS = "/api/weft/v1/rooms";
