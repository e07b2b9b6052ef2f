// What Fedify is told about this server: people who exist as soon as somebody names them, their
// notes, and an inbox that keeps all it hears. Everything is in memory.
// https://fedify.dev/manual/federation

import { createFederation, generateCryptoKeyPair, MemoryKvStore } from "@fedify/fedify";
import {
  Accept,
  Activity,
  Endpoints,
  Follow,
  Note,
  Person,
  QuoteAuthorization,
  QuoteRequest,
  Reject,
  Undo,
} from "@fedify/vocab";

import { described, kind } from "./describe.js";

/** All there is: name → person. */
const people = new Map();

/** The person with this name, made when first asked for. */
export function person(name) {
  if (!people.has(name)) {
    people.set(name, {
      keys: undefined,
      followers: new Map(),
      notes: new Map(),
      stamps: new Map(),
      aliases: [],
      successor: null,
    });
  }
  return people.get(name);
}

/** What arrived, oldest first: {type, actor, object, document}. */
export const seen = [];

export function makeFederation(base) {
  // No queue: what is sent is sent when the call returns, and a refusal is an error of the call.
  const federation = createFederation({
    kv: new MemoryKvStore(),
    origin: base,
    allowPrivateAddress: true,
  });

  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
      if (!people.has(identifier)) return null;
      const keys = await ctx.getActorKeyPairs(identifier);
      return new Person({
        id: ctx.getActorUri(identifier),
        preferredUsername: identifier,
        name: `${identifier} of Fedify`,
        summary: "<p>I live elsewhere.</p>",
        url: ctx.getActorUri(identifier),
        inbox: ctx.getInboxUri(identifier),
        followers: ctx.getFollowersUri(identifier),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((key) => key.multikey),
        aliases: person(identifier).aliases,
        successor: person(identifier).successor,
      });
    })
    .setKeyPairsDispatcher((_, identifier) => {
      // The promise is kept, so that two who ask at once get the same keys.
      const found = person(identifier);
      found.keys ??= Promise.all([
        generateCryptoKeyPair("RSASSA-PKCS1-v1_5"),
        generateCryptoKeyPair("Ed25519"),
      ]);
      return found.keys;
    });

  federation.setFollowersDispatcher("/users/{identifier}/followers", (_, identifier) => ({
    items: [...person(identifier).followers.values()],
  }));

  federation.setObjectDispatcher(
    Note,
    "/users/{identifier}/notes/{note}",
    (_, { identifier, note }) => person(identifier).notes.get(note) ?? null,
  );

  federation.setObjectDispatcher(
    QuoteAuthorization,
    "/users/{identifier}/stamps/{stamp}",
    (_, { identifier, stamp }) => person(identifier).stamps.get(stamp)?.proof ?? null,
  );

  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(Follow, async (ctx, follow) => {
      await keep(ctx, follow);
      const { identifier } = ctx.parseUri(follow.objectId);
      const follower = await follow.getActor(ctx);
      person(identifier).followers.set(follower.id.href, follower);
      const accept = new Accept({
        id: new URL(`#accepts/${crypto.randomUUID()}`, ctx.getActorUri(identifier)),
        actor: follow.objectId,
        object: follow,
      });
      await ctx.sendActivity({ identifier }, follower, accept);
    })
    .on(Undo, async (ctx, undo) => {
      await keep(ctx, undo);
      const undone = await undo.getObject(ctx);
      if (undone instanceof Follow) {
        const { identifier } = ctx.parseUri(undone.objectId);
        person(identifier).followers.delete(undo.actorId.href);
      }
    })
    .on(QuoteRequest, async (ctx, request) => {
      await keep(ctx, request);
      const { values: { identifier, note } } = ctx.parseUri(request.objectId);
      const asker = await request.getActor(ctx);
      const answer = { id: fresh(ctx, identifier), actor: ctx.getActorUri(identifier), object: request };
      const quotable = person(identifier).notes.get(note)?.interactionPolicy?.canQuote;
      if (!quotable?.automaticApprovals.length) {
        await ctx.sendActivity({ identifier }, asker, new Reject(answer));
        return;
      }
      const stamp = crypto.randomUUID();
      const proof = new QuoteAuthorization({
        id: ctx.getObjectUri(QuoteAuthorization, { identifier, stamp }),
        attribution: ctx.getActorUri(identifier),
        interactingObject: request.instrumentId,
        interactionTarget: request.objectId,
      });
      person(identifier).stamps.set(stamp, { proof, asker });
      await ctx.sendActivity({ identifier }, asker, new Accept({ ...answer, result: proof.id }));
    })
    .on(Activity, keep);

  return federation;
}

/** The id of one more activity. */
export function fresh(ctx, by) {
  return new URL(`#acts/${crypto.randomUUID()}`, ctx.getActorUri(by));
}

async function keep(ctx, activity) {
  seen.push({
    type: kind(activity),
    actor: activity.actorId?.href,
    object: await described(ctx, activity),
    document: await activity.toJsonLd(ctx),
  });
}
