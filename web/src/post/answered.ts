/** Whom a post answers, in a name and a path, as far as the post itself tells. */
import type { Status } from "../api/types";

export function answered(status: Status): { name: string; path: string } | null {
  const { in_reply_to_id: id, in_reply_to_account_id: author } = status;
  if (!id || !author) return null;
  const who =
    author === status.account.id
      ? status.account
      : status.mentions.find((mention) => mention.id === author);
  if (!who) return null;
  return { name: `@${who.username}`, path: `/@${who.acct}/${id}` };
}
