/** The "More" menu of a post. */
import type { Status } from "../api/types";
import { t } from "../i18n/index.svelte";
import { notices } from "../state/notices.svelte";
import { overlay } from "../state/overlay.svelte";
import { allowAis, remove } from "../state/posts.svelte";
import { relate } from "../state/relations.svelte";
import { router } from "../state/router.svelte";
import { session } from "../state/session.svelte";
import type { MenuItem } from "../ui/Menu.svelte";

export function menuOf(status: Status): MenuItem[] {
  const items: MenuItem[] = [{ label: t("post.copy"), run: () => void copyLink(status) }];
  const { url } = status;
  if (url && !url.startsWith(location.origin))
    items.push({
      label: t("post.original"),
      run: () => void open(url, "_blank", "noopener,noreferrer"),
    });
  if (status.edited_at)
    items.push({
      label: t("post.history"),
      run: () => overlay.open({ kind: "history", status }),
    });
  if (!session.me) return items;
  return items.concat(session.me.id === status.account.id ? ownItems(status) : others(status));
}

function ownItems(status: Status): MenuItem[] {
  const items: MenuItem[] = [];
  if (!status.in_reply_to_id)
    items.push({
      label: t(status.no_ai ? "post.ais_on" : "post.ais_off"),
      run: () => void allowAis(status, Boolean(status.no_ai)),
    });
  items.push(
    { label: t("post.edit"), run: () => overlay.compose({ edit: status }) },
    { label: t("post.delete"), run: () => void askAndRemove(status), danger: true },
  );
  return items;
}

function others(status: Status): MenuItem[] {
  const { account } = status;
  const name = `@${account.acct}`;
  return [
    { label: t("post.mute_author", { name }), run: () => void muteAndSay(status, name) },
    { label: t("post.block_author", { name }), run: () => void askAndBlock(status, name), danger: true },
  ];
}

async function copyLink(status: Status): Promise<void> {
  await navigator.clipboard.writeText(status.url ?? status.uri);
  notices.show(t("post.copied"));
}

async function askAndRemove(status: Status): Promise<void> {
  if (!(await overlay.confirm(t("post.delete_ask"), t("post.delete")))) return;
  const here = router.route.page === "thread" && router.route.id === status.id;
  if ((await remove(status)) && here) router.back();
}

async function muteAndSay(status: Status, name: string): Promise<void> {
  if (await relate(status.account, "mute")) notices.show(t("profile.muted", { name }));
}

async function askAndBlock(status: Status, name: string): Promise<void> {
  if (!(await overlay.confirm(t("profile.block_ask", { name }), t("profile.block")))) return;
  if (await relate(status.account, "block")) notices.show(t("profile.blocked", { name }));
}
