/** A post being written: its text and settings, its pictures, its draft, and the sending of it. */
import { get, post, write } from "../api/http";
import type { MediaAttachment, Status, StatusSource, Visibility } from "../api/types";
import { i18n, t } from "../i18n/index.svelte";
import { countCharacters, replyPrefix } from "../rules/text";
import { draftKey, dropDraft, keepDraft, readDraft } from "../state/drafts";
import { addOwn } from "../state/feed.svelte";
import { notices, wordsFor } from "../state/notices.svelte";
import type { ComposeRequest } from "../state/overlay.svelte";
import { canonical } from "../state/posts.svelte";
import { session } from "../state/session.svelte";

/** What Mastodon servers allow when this one has not said yet. */
const DEFAULTS = { max_characters: 500, max_media_attachments: 4, characters_reserved_per_url: 23 };
/** A server may answer an upload with "still working on it" (202); ask again after this. */
const PROCESSING_PAUSE_MS = 1_000;

const ORDER: Visibility[] = ["public", "unlisted", "private", "direct"];

/** An answer is never more public than what it answers. */
function narrower(a: Visibility, b: Visibility): Visibility {
  return ORDER[Math.max(ORDER.indexOf(a), ORDER.indexOf(b))] ?? a;
}

export class Picture {
  media = $state.raw<MediaAttachment | null>(null);
  description = $state("");
  error = $state("");
  readonly preview: string;

  constructor(
    readonly file: File | null,
    existing: MediaAttachment | null = null,
  ) {
    this.preview = file ? URL.createObjectURL(file) : (existing?.preview_url ?? "");
    this.media = existing;
    this.description = existing?.description ?? "";
  }

  async upload(): Promise<void> {
    if (!this.file) return;
    const form = new FormData();
    form.append("file", this.file);
    this.error = "";
    try {
      let media = await post<MediaAttachment>("/api/v2/media", form);
      while (!media.url) {
        await new Promise((resolve) => setTimeout(resolve, PROCESSING_PAUSE_MS));
        media = await get<MediaAttachment>(`/api/v1/media/${media.id}`);
      }
      this.media = media;
    } catch (error) {
      this.error = wordsFor(error);
    }
  }

  async keepDescription(): Promise<void> {
    if (!this.media || (this.media.description ?? "") === this.description) return;
    const body = { description: this.description };
    this.media = await write<MediaAttachment>("PUT", `/api/v1/media/${this.media.id}`, body);
  }

  forget(): void {
    if (this.file) URL.revokeObjectURL(this.preview);
  }
}

export class Composition {
  text = $state("");
  warning = $state("");
  warned = $state(false);
  visibility = $state<Visibility>("public");
  language = $state("");
  noAi = $state(false);
  pictures = $state<Picture[]>([]);
  sending = $state(false);
  loading = $state(false);
  error = $state("");
  readonly replyTo: Status | undefined;
  readonly edit: Status | undefined;
  readonly #key: string;
  readonly #start: string;
  /** One key for one post, however often sending is tried: nothing is posted twice. */
  readonly #idempotencyKey = Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");

  readonly limits = $derived({
    ...DEFAULTS,
    ...session.instance?.configuration?.statuses,
  });
  readonly left = $derived(
    this.limits.max_characters -
      countCharacters(
        this.text,
        this.warned ? this.warning : "",
        this.limits.characters_reserved_per_url,
      ),
  );
  readonly undescribed = $derived(
    this.pictures.filter((picture) => picture.description.trim() === "").length,
  );
  readonly uploading = $derived(
    this.pictures.some((picture) => !picture.media && picture.error === ""),
  );
  readonly ready = $derived(
    !this.sending &&
      !this.loading &&
      !this.uploading &&
      this.left >= 0 &&
      (this.text.trim() !== "" || this.pictures.some((picture) => picture.media)),
  );

  constructor(request: ComposeRequest) {
    this.replyTo = request.replyTo;
    this.edit = request.edit;
    const kind = this.edit ? "edit" : this.replyTo ? "reply" : "new";
    this.#key = draftKey(kind, (this.edit ?? this.replyTo)?.id);
    this.#setDefaults();
    this.#start = this.text;
    if (request.text) this.text = request.text;
    else this.#takeDraft();
    if (this.edit) void this.#loadSource(this.edit);
  }

  #setDefaults(): void {
    const wanted = session.preferences?.["posting:default:visibility"] ?? "public";
    this.visibility = wanted;
    this.language = session.preferences?.["posting:default:language"] ?? i18n.language;
    const to = this.replyTo;
    if (!to) return;
    this.visibility = narrower(wanted, to.visibility);
    this.text = replyPrefix(to.account, to.mentions, session.me?.acct ?? "");
    this.warning = to.spoiler_text;
    this.warned = to.spoiler_text !== "";
  }

  #takeDraft(): void {
    const draft = readDraft(this.#key);
    if (!draft) return;
    this.text = draft.text;
    this.warning = draft.warning;
    this.warned = draft.warning !== "";
    this.noAi = draft.noAi;
    if (draft.visibility) this.visibility = draft.visibility;
    if (draft.language) this.language = draft.language;
  }

  async #loadSource(status: Status): Promise<void> {
    this.visibility = status.visibility;
    this.language = status.language ?? this.language;
    this.pictures = status.media_attachments.map((media) => new Picture(null, media));
    this.loading = true;
    try {
      const source = await get<StatusSource>(`/api/v1/statuses/${status.id}/source`);
      if (this.text === "") this.text = source.text;
      this.warning = source.spoiler_text;
      this.warned = source.spoiler_text !== "";
    } catch (error) {
      this.error = wordsFor(error);
    } finally {
      this.loading = false;
    }
  }

  /** Call after every change: keeps the draft, or drops it when nothing of one's own is left. */
  keep(): void {
    const { text, visibility, language, noAi } = this;
    if (text.trim() === this.#start.trim() && this.warning === "") dropDraft(this.#key);
    else keepDraft(this.#key, { text, warning: this.warning, visibility, language, noAi });
  }

  add(files: Iterable<File>): void {
    for (const file of files) {
      if (!file.type.startsWith("image/")) {
        this.error = t("compose.not_image", { name: file.name });
        continue;
      }
      if (this.pictures.length >= this.limits.max_media_attachments) {
        this.error = t("compose.limit", { n: this.limits.max_media_attachments });
        return;
      }
      const picture = new Picture(file);
      this.pictures = [...this.pictures, picture];
      void picture.upload();
    }
  }

  drop(picture: Picture): void {
    picture.forget();
    this.pictures = this.pictures.filter((item) => item !== picture);
  }

  /** Gives the post as the server made it, or null when it could not be sent. */
  async send(): Promise<Status | null> {
    this.sending = true;
    this.error = "";
    try {
      for (const picture of this.pictures) await picture.keepDescription();
      const status = canonical(await this.#submit());
      dropDraft(this.#key);
      for (const picture of this.pictures) picture.forget();
      if (!this.edit) addOwn(status);
      if (this.replyTo) this.replyTo.replies_count += 1;
      notices.show(t(this.edit ? "compose.saved" : "compose.sent"));
      return status;
    } catch (error) {
      this.error = wordsFor(error);
      return null;
    } finally {
      this.sending = false;
    }
  }

  #submit(): Promise<Status> {
    const body = {
      status: this.text,
      spoiler_text: this.warned ? this.warning : "",
      sensitive: this.warned,
      language: this.language || null,
      media_ids: this.pictures.flatMap((picture) => picture.media?.id ?? []),
    };
    if (this.edit) return write<Status>("PUT", `/api/v1/statuses/${this.edit.id}`, body);
    const root = this.replyTo
      ? { in_reply_to_id: this.replyTo.id }
      : this.noAi
        ? { no_ai: true }
        : {};
    const headers = { "Idempotency-Key": this.#idempotencyKey };
    return post<Status>(
      "/api/v1/statuses",
      { ...body, ...root, visibility: this.visibility },
      { headers },
    );
  }
}
