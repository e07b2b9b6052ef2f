/** What a line says, without its marks: for a quote of it, and in the list of rooms. */
import type { RoomLine } from "../api/rooms";
import { t } from "../i18n/index.svelte";
import { snippet } from "../rules/room";

export function gist(line: Pick<RoomLine, "content" | "text">): string {
  // An inert document: nothing loads or runs in it.
  const page = new DOMParser().parseFromString(line.content.replace(/<\/p>|<br>/g, "$& "), "text/html");
  return snippet(page.body.textContent || line.text) || t("room.quoted_picture");
}
