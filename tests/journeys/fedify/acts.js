// What the people of this server do when the test tells them to. Each act answers {id}: of the note,
// or of the activity that can be taken back.

import {
  Announce,
  Create,
  Delete,
  Follow,
  InteractionPolicy,
  InteractionRule,
  isActor,
  Like,
  Mention,
  Move,
  Note,
  PUBLIC_COLLECTION,
  QuoteAuthorization,
  QuoteRequest,
  Tombstone,
  Undo,
  Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

import { fresh, person } from "./federation.js";

/** Anything elsewhere, by its address; asked for in this person's name. */
export async function look(ctx, by, address) {
  const documentLoader = await ctx.getDocumentLoader({ identifier: by });
  const found = await ctx.lookupObject(address, { documentLoader });
  if (found === null) throw new Error(`${by} finds nothing at ${address}`);
  return found;
}

/** {who}: address of a profile. */
export async function follow(ctx, by, { who }) {
  const target = await look(ctx, by, who);
  return act(ctx, by, Follow, target.id, [target]);
}

/** {id}: of a post elsewhere. */
export async function like(ctx, by, { id }) {
  const post = await look(ctx, by, id);
  return act(ctx, by, Like, post.id, [await post.getAttribution(ctx)]);
}

/** {id}: of a post elsewhere. */
export async function boost(ctx, by, { id }) {
  const post = await look(ctx, by, id);
  const heard = [await post.getAttribution(ctx), ...person(by).followers.values()];
  return act(ctx, by, Announce, post.id, heard, {
    to: PUBLIC_COLLECTION,
    cc: ctx.getFollowersUri(by),
  });
}

/** {id}: of what `follow`, `like` or `boost` answered. */
export async function undo(ctx, by, { id }) {
  const { activity, heard } = done.get(id);
  await send(ctx, by, heard, new Undo({
    id: fresh(ctx, by),
    actor: ctx.getActorUri(by),
    object: activity,
    tos: activity.toIds,
  }));
  return { id };
}

/** {text, inReplyTo?, mentions?, direct?, quotable?, quote?}: HTML, address of a post, addresses of
 * profiles, only for those who are mentioned, whether all may quote it, address of a post: its author
 * is asked. */
export async function note(ctx, by, { text, inReplyTo, mentions = [], direct = false, quotable, quote }) {
  const id = crypto.randomUUID();
  const named = await Promise.all(mentions.map((who) => look(ctx, by, who)));
  const answered = inReplyTo ? await look(ctx, by, inReplyTo) : null;
  const whom = answered === null ? named : [...named, await answered.getAttribution(ctx)];
  const followers = direct ? [] : [...person(by).followers.values()];
  const quoted = quote ? await look(ctx, by, quote) : null;
  const made = new Note({
    id: ctx.getObjectUri(Note, { identifier: by, note: id }),
    attribution: ctx.getActorUri(by),
    content: text,
    replyTarget: answered?.id,
    quote: quoted?.id,
    interactionPolicy: quotable === undefined ? undefined : new InteractionPolicy({
      canQuote: new InteractionRule(
        quotable
          ? { automaticApproval: PUBLIC_COLLECTION }
          : { manualApproval: PUBLIC_COLLECTION },
      ),
    }),
    published: Temporal.Now.instant(),
    tos: direct ? named.map((who) => who.id) : [PUBLIC_COLLECTION],
    ccs: direct ? [] : [ctx.getFollowersUri(by), ...whom.map((who) => who.id)],
    tags: named.map((who) => new Mention({ href: who.id, name: `@${who.preferredUsername}` })),
  });
  person(by).notes.set(id, made);
  const heard = [...whom, ...followers];
  done.set(made.id.href, { id, heard });
  await tell(ctx, by, Create, made, heard);
  if (quoted !== null) {
    await send(ctx, by, [await quoted.getAttribution(ctx)], new QuoteRequest({
      id: fresh(ctx, by),
      actor: ctx.getActorUri(by),
      object: quoted.id,
      instrument: made,
    }));
  }
  return { id: made.id.href };
}

/** {id, stamp}: of a note that quotes, and where its author read that it may. */
export async function prove(ctx, by, { id, stamp }) {
  const { id: key, heard } = done.get(id);
  const proof = await look(ctx, by, stamp);
  const quoting = person(by).notes.get(key);
  if (
    !(proof instanceof QuoteAuthorization)
    || proof.interactingObjectId.href !== id
    || proof.interactionTargetId.href !== quoting.quoteId.href
  ) throw new Error(`${stamp} does not prove ${id}`);
  const proven = quoting.clone({ quoteAuthorization: proof.id, updated: Temporal.Now.instant() });
  person(by).notes.set(key, proven);
  await tell(ctx, by, Update, proven, heard);
  return { id };
}

/** {id}: of a stamp of this person. */
export async function revoke(ctx, by, { id }) {
  const key = id.split("/").at(-1);
  const { proof, asker } = person(by).stamps.get(key);
  person(by).stamps.delete(key);
  await send(ctx, by, [asker], new Delete({
    id: fresh(ctx, by),
    actor: ctx.getActorUri(by),
    object: proof.id,
    to: PUBLIC_COLLECTION,
  }));
  return { id };
}

/** {who}: address of a profile that this person was before. */
export async function alias(ctx, by, { who }) {
  const former = await look(ctx, by, who);
  person(by).aliases.push(former.id);
  return { id: former.id.href };
}

/** {who}: address of the profile as which this person goes on. */
export async function move(ctx, by, { who }) {
  const target = await look(ctx, by, who);
  person(by).successor = target.id;
  await send(ctx, by, [...person(by).followers.values()], new Move({
    id: fresh(ctx, by),
    actor: ctx.getActorUri(by),
    object: ctx.getActorUri(by),
    target: target.id,
    to: ctx.getFollowersUri(by),
  }));
  return { id: target.id.href };
}

/** {id, text} */
export async function edit(ctx, by, { id, text }) {
  const { id: key, heard } = done.get(id);
  const edited = person(by).notes.get(key).clone({
    content: text,
    updated: Temporal.Now.instant(),
  });
  person(by).notes.set(key, edited);
  await tell(ctx, by, Update, edited, heard);
  return { id };
}

/** {id} */
export async function remove(ctx, by, { id }) {
  const { id: key, heard } = done.get(id);
  person(by).notes.delete(key);
  await send(ctx, by, heard, new Delete({
    id: fresh(ctx, by),
    actor: ctx.getActorUri(by),
    object: new Tombstone({ id: new URL(id) }),
    to: PUBLIC_COLLECTION,
  }));
  return { id };
}

/** Address → what is needed to change it or take it back. */
const done = new Map();

async function act(ctx, by, Kind, object, heard, addressing = { to: heard[0].id }) {
  const activity = new Kind({
    id: fresh(ctx, by),
    actor: ctx.getActorUri(by),
    object,
    ...addressing,
  });
  done.set(activity.id.href, { activity, heard });
  await send(ctx, by, heard, activity);
  return { id: activity.id.href };
}

function tell(ctx, by, Kind, object, heard) {
  return send(ctx, by, heard, new Kind({
    id: fresh(ctx, by),
    actor: ctx.getActorUri(by),
    object,
    tos: object.toIds,
    ccs: object.ccIds,
  }));
}

function send(ctx, by, heard, activity) {
  return ctx.sendActivity({ identifier: by }, heard.filter(isActor), activity, {
    preferSharedInbox: true,
  });
}
