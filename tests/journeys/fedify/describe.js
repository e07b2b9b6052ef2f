// How Fedify understands what it was sent, as plain JSON for the test.

import { parseNodeInfo } from "@fedify/fedify";
import { Create, getTypeId, Hashtag, Mention, Update } from "@fedify/vocab";

/** "Create" of https://www.w3.org/ns/activitystreams#Create */
export function kind(object) {
  return getTypeId(object).href.split("#")[1];
}

/** The object of an activity: whole where it must be inside, else its address. */
export async function described(ctx, activity) {
  const whole = activity instanceof Create || activity instanceof Update;
  const object = whole ? await activity.getObject(ctx) : null;
  return object === null ? { id: activity.objectId?.href } : note(ctx, object);
}

async function note(ctx, object) {
  const tags = await all(object.getTags(ctx));
  return {
    id: object.id?.href,
    type: kind(object),
    author: object.attributionId?.href,
    content: object.content?.toString(),
    language: object.contents.find((text) => text.locale)?.locale.toString(),
    summary: object.summary?.toString(),
    inReplyTo: object.replyTargetId?.href,
    to: object.toIds.map(String),
    cc: object.ccIds.map(String),
    published: object.published?.toString(),
    updated: object.updated?.toString(),
    mentions: tags.filter((tag) => tag instanceof Mention).map((tag) => tag.href?.href),
    hashtags: tags.filter((tag) => tag instanceof Hashtag).map((tag) => tag.name?.toString()),
    attachments: (await all(object.getAttachments(ctx))).map((file) => ({
      type: kind(file),
      mediaType: file.mediaType,
      url: file.url?.href,
      name: file.name?.toString(),
    })),
  };
}

/** An actor, with the rows of its profile, its latest activities, and what its server is. */
export async function profile(ctx, actor) {
  // First: what is looked up below is put into the actor, and then this is not what was sent.
  const document = await actor.toJsonLd(ctx);
  const found = await ctx.lookupWebFinger(actor.url);
  return {
    id: actor.id?.href,
    type: kind(actor),
    handle: actor.preferredUsername?.toString(),
    name: actor.name?.toString(),
    rows: (await all(actor.getAttachments(ctx))).map((row) => ({
      name: row.name?.toString(),
      value: row.value?.toString(),
    })),
    outbox: await all(latest(ctx, await actor.getOutbox(ctx))),
    successor: actor.successorId?.href,
    software: parseNodeInfo(await nodeInfo(actor.id))?.software.name,
    subject: found?.subject,
    document,
  };
}

async function* latest(ctx, collection) {
  for await (const activity of ctx.traverseCollection(collection)) {
    yield { type: kind(activity), object: activity.objectId?.href };
  }
}

// Fedify's own way there refuses private addresses, whatever it is told.
async function nodeInfo(server) {
  const known = await (await fetch(new URL("/.well-known/nodeinfo", server))).json();
  return (await fetch(known.links[0].href)).json();
}

async function all(things) {
  const found = [];
  for await (const thing of things) found.push(thing);
  return found;
}
