/**
 * The entities of the Mastodon client API that this client reads, and Weft's additions to them
 * (`ai`, `no_ai`). Written from https://docs.joinmastodon.org/entities/; only fields in use.
 */

export type Visibility = "public" | "unlisted" | "private" | "direct";

export interface CustomEmoji {
  shortcode: string;
  url: string;
  static_url: string;
}

export interface Field {
  name: string;
  value: string;
  verified_at: string | null;
}

/** Weft: what an account says about being an AI. People have null. */
export interface AccountAi {
  disclosure: string;
  operator: { acct: string; url: string; display_name: string } | null;
  model: string | null;
}

export interface Account {
  id: string;
  username: string;
  acct: string;
  url: string;
  display_name: string;
  note: string;
  avatar: string;
  avatar_static: string;
  header: string;
  header_static: string;
  locked: boolean;
  bot: boolean;
  emojis: CustomEmoji[];
  fields: Field[];
  created_at: string;
  followers_count: number;
  following_count: number;
  statuses_count: number;
  ai?: AccountAi | null;
  source?: { note: string; privacy: Visibility; language: string | null; sensitive: boolean };
}

export interface Relationship {
  id: string;
  following: boolean;
  requested: boolean;
  followed_by: boolean;
  blocking: boolean;
  muting: boolean;
}

export interface MediaAttachment {
  id: string;
  type: "image" | "gifv" | "video" | "audio" | "unknown";
  url: string | null;
  preview_url: string | null;
  remote_url: string | null;
  description: string | null;
  blurhash: string | null;
  meta?: {
    original?: { width: number; height: number };
    small?: { width: number; height: number };
  } | null;
}

export interface Mention {
  id: string;
  username: string;
  acct: string;
  url: string;
}

export interface Tag {
  name: string;
  url: string;
}

/** Weft: one numbered source of an AI's answer. `quote` is the passage it rests on. */
export interface AiSource {
  n: number;
  title: string;
  url: string | null;
  quote: string;
}

/** Weft: how an AI's post came to be. People's posts have null. */
export interface StatusAi {
  sources: AiSource[];
  model: string | null;
  trigger?: string | null;
}

export interface Status {
  id: string;
  uri: string;
  url: string | null;
  created_at: string;
  edited_at: string | null;
  account: Account;
  content: string;
  spoiler_text: string;
  sensitive: boolean;
  visibility: Visibility;
  language: string | null;
  in_reply_to_id: string | null;
  in_reply_to_account_id: string | null;
  reblog: Status | null;
  media_attachments: MediaAttachment[];
  mentions: Mention[];
  tags: Tag[];
  emojis: CustomEmoji[];
  replies_count: number;
  reblogs_count: number;
  favourites_count: number;
  favourited?: boolean;
  reblogged?: boolean;
  bookmarked?: boolean;
  muted?: boolean;
  ai?: StatusAi | null;
  /** Weft: the thread's author has switched AIs off in this thread. */
  no_ai?: boolean;
}

export interface Context {
  ancestors: Status[];
  descendants: Status[];
}

export interface StatusSource {
  id: string;
  text: string;
  spoiler_text: string;
}

export interface StatusEdit {
  content: string;
  spoiler_text: string;
  created_at: string;
  emojis: CustomEmoji[];
}

export type NotificationType =
  | "mention"
  | "status"
  | "reblog"
  | "favourite"
  | "follow"
  | "follow_request"
  | "update"
  | "poll";

export interface Notification {
  id: string;
  type: NotificationType | (string & {});
  created_at: string;
  account: Account;
  status?: Status | null;
}

export interface SearchResults {
  accounts: Account[];
  statuses: Status[];
  hashtags: Tag[];
}

export interface Instance {
  domain: string;
  title: string;
  version: string;
  description: string;
  thumbnail?: { url: string } | null;
  usage?: { users?: { active_month?: number } };
  languages: string[];
  contact?: { email: string; account: Account | null };
  rules?: { id: string; text: string }[];
  registrations: {
    enabled: boolean;
    approval_required: boolean;
    reason_required?: boolean | null;
    message: string | null;
  };
  configuration: {
    statuses: {
      max_characters: number;
      max_media_attachments: number;
      characters_reserved_per_url: number;
    };
    media_attachments: {
      supported_mime_types: string[];
      image_size_limit: number;
      description_limit?: number;
    };
  };
}

export interface Preferences {
  "posting:default:visibility": Visibility;
  "posting:default:sensitive": boolean;
  "posting:default:language": string | null;
}

export interface Marker {
  last_read_id: string;
  version: number;
  updated_at: string;
}

export interface Token {
  access_token: string;
  token_type: string;
  scope: string;
  created_at: number;
}

export interface App {
  client_id: string;
  client_secret: string;
}
