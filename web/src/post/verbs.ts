/** What a reader can do to a post: the same verbs for buttons and for keys. */
import type { Status } from "../api/types";
import type { PostAction } from "../keys";
import { t } from "../i18n/index.svelte";
import { postPath, profilePath } from "../routes";
import { notices } from "../state/notices.svelte";
import { overlay } from "../state/overlay.svelte";
import { toggle } from "../state/posts.svelte";
import { router } from "../state/router.svelte";
import { session } from "../state/session.svelte";

export interface PostVerbs {
  open: () => void;
  reply: () => void;
  boost: () => void;
  like: () => void;
  bookmark: () => void;
  author: () => void;
}

/** Runs `act` for a signed-in reader; asks others, kindly, to sign in. */
export function signedIn(act: () => void): () => void {
  return () => {
    if (session.token) return act();
    const run = () => router.go("/login");
    notices.show(t("signin.needed"), "info", { label: t("nav.signin"), run });
  };
}

export function verbsFor(post: () => Status, reply?: () => void): PostVerbs {
  return {
    open: () => router.go(postPath(post())),
    reply: signedIn(reply ?? (() => overlay.compose({ replyTo: post() }))),
    boost: signedIn(() => void toggle(post(), "reblogged")),
    like: signedIn(() => void toggle(post(), "favourited")),
    bookmark: signedIn(() => void toggle(post(), "bookmarked")),
    author: () => router.go(profilePath(post().account)),
  };
}

export function onKey(verbs: PostVerbs, warning: () => void): (action: PostAction) => void {
  return (action) => (action === "warning" ? warning() : verbs[action]());
}
