/** One conversation: its anchor at once, the rest around it, and what arrives while it is open. */
import { get } from "../api/http";
import { stream } from "../api/stream";
import type { Context, Status } from "../api/types";
import { t } from "../i18n/index.svelte";
import { ancestorsOf, awaitedAis, nest, withArrival } from "../rules/thread";
import { directory } from "./directory.svelte";
import { notices } from "./notices.svelte";
import { canonical, canonicalLive, knownPost, whenGone } from "./posts.svelte";

/** While an AI's answer is awaited we also ask: its post may not reach our stream. */
const AWAITING_POLL_MS = 4_000;
/** An open thread otherwise looks for others' answers this often. */
const QUIET_POLL_MS = 30_000;

export class Thread {
  anchor = $state.raw<Status | null>(null);
  posts = $state.raw<Status[]>([]);
  phase = $state<"loading" | "ready" | "failed">("loading");
  error = $state.raw<unknown>(null);
  gone = $state(false);
  #now = $state(Date.now());
  readonly ancestors = $derived(this.anchor ? ancestorsOf(this.anchor, this.posts) : []);
  readonly replies = $derived(this.anchor ? nest(this.anchor, this.posts) : []);
  readonly awaited = $derived.by(() => {
    if (!this.anchor || this.anchor.no_ai) return [];
    const below = this.replies.map((row) => row.post);
    return awaitedAis([...this.ancestors, this.anchor, ...below], directory.ids, this.#now).flatMap(
      (id) => directory.byId(id) ?? [],
    );
  });

  constructor(readonly id: string) {
    this.anchor = knownPost(id) ?? null;
  }

  async load(): Promise<void> {
    this.phase = this.posts.length > 0 ? "ready" : "loading";
    try {
      const anchor = get<Status>(`/api/v1/statuses/${this.id}`);
      const context = get<Context>(`/api/v1/statuses/${this.id}/context`);
      // The anchor is shown as soon as it is there; the rest comes around it.
      const [first] = await Promise.all([
        anchor.then((status) => (this.anchor = canonical(status))),
        context.then((around) => this.#take(around)),
      ]);
      this.anchor = first;
      this.phase = "ready";
    } catch (error) {
      this.error = error;
      this.phase = "failed";
    }
  }

  #take(around: Context): void {
    this.posts = [...around.ancestors, ...around.descendants].map(canonical);
  }

  /** Listens until the returned function is called. */
  follow(): () => void {
    let timer: ReturnType<typeof setTimeout>;
    let left = false;
    const look = async () => {
      this.#now = Date.now();
      if (!document.hidden && this.phase === "ready" && !this.gone) await this.#look();
      if (left) return;
      timer = setTimeout(() => void look(), this.awaited.length > 0 ? AWAITING_POLL_MS : QUIET_POLL_MS);
    };
    timer = setTimeout(() => void look(), AWAITING_POLL_MS);
    const stops = [
      stream.listen((event) => {
        if (event.event === "update") this.arrive(event.status);
        else if (event.event === "notification" && event.notification.status)
          this.arrive(event.notification.status);
      }),
      stream.onGap(() => void this.#look()),
      whenGone((id) => this.#drop(id)),
      () => {
        left = true;
        clearTimeout(timer);
      },
    ];
    return () => stops.forEach((stop) => stop());
  }

  arrive(status: Status): void {
    if (!this.anchor) return;
    const posts = withArrival(this.anchor, this.posts, canonicalLive(status));
    if (!posts) return;
    this.posts = posts;
    const name = status.account.display_name || status.account.username;
    notices.say(t("thread.arrived", { name }));
  }

  async #look(): Promise<void> {
    try {
      const around = await get<Context>(`/api/v1/statuses/${this.id}/context`);
      for (const status of around.descendants) this.arrive(status);
    } catch {
      // The next look will do.
    }
  }

  #drop(id: string): void {
    if (id === this.id) this.gone = true;
    this.posts = this.posts.filter((post) => post.id !== id);
  }
}
