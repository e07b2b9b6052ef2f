// URL=… ADA=TOKEN BO=TOKEN PICTURE=FILE node --test client.js: what people do with an app that is
// made on masto.js, as Elk and Phanpy are.

import assert from "node:assert/strict";
import { openAsBlob } from "node:fs";
import { after, test } from "node:test";

import { createRestAPIClient, createStreamingAPIClient, MastoHttpError } from "masto";

const { URL: url, ADA, BO, PICTURE } = process.env;
const ada = createRestAPIClient({ url, accessToken: ADA });
const bo = createRestAPIClient({ url, accessToken: BO });
const me = await ada.v1.accounts.verifyCredentials();

test("says who is signed in and where", async () => {
  assert.equal(me.acct, "jsada");
  assert.equal(me.source.privacy, "public");
  const instance = await ada.v2.instance.fetch();
  assert.equal(instance.title, "Weft");
  assert.ok(instance.configuration.statuses.maxCharacters >= 500);
  await assert.rejects(
    createRestAPIClient({ url, accessToken: "wrong" }).v1.accounts.verifyCredentials(),
    (fault) => fault instanceof MastoHttpError && fault.statusCode === 401,
  );
});

test("posts, answers and shows the thread", async () => {
  const root = await ada.v1.statuses.create({
    status: "How is the bread, @jsbo? #crumbs",
    language: "en",
    spoilerText: "food",
  });
  assert.equal(root.spoilerText, "food");
  assert.deepEqual(root.tags.map((tag) => tag.name), ["crumbs"]);
  assert.deepEqual(root.mentions.map((mention) => mention.acct), ["jsbo"]);
  const reply = await bo.v1.statuses.create({ status: "@jsada Warm", inReplyToId: root.id });
  assert.equal(reply.inReplyToAccountId, me.id);

  const below = await ada.v1.statuses.$select(root.id).context.fetch();
  assert.deepEqual(below.descendants.map((post) => post.id), [reply.id]);
  const above = await ada.v1.statuses.$select(reply.id).context.fetch();
  assert.deepEqual(above.ancestors.map((post) => post.id), [root.id]);
});

test("posts once for each key", async () => {
  const key = { requestInit: { headers: { "Idempotency-Key": crypto.randomUUID() } } };
  const once = await ada.v1.statuses.create({ status: "Only once" }, key);
  const twice = await ada.v1.statuses.create({ status: "Only once" }, key);
  assert.equal(once.id, twice.id);
});

test("edits and takes back", async () => {
  const post = await ada.v1.statuses.create({ status: "Frist" });
  const chosen = ada.v1.statuses.$select(post.id);
  const edited = await chosen.update({ status: "First" });
  assert.equal(edited.content, "<p>First</p>");
  assert.ok(edited.editedAt);
  assert.equal((await chosen.source.fetch()).text, "First");
  const history = await chosen.history.list();
  assert.deepEqual(history.map((version) => version.content), ["<p>Frist</p>", "<p>First</p>"]);
  assert.equal((await chosen.remove()).text, "First");
  await assert.rejects(chosen.fetch(), (fault) => fault.statusCode === 404);
});

test("likes, boosts and bookmarks, and is told of it", async () => {
  const post = await ada.v1.statuses.create({ status: "Like me" });
  const chosen = bo.v1.statuses.$select(post.id);
  assert.equal((await chosen.favourite()).favourited, true);
  assert.equal((await chosen.reblog()).reblog.id, post.id);
  assert.equal((await chosen.bookmark()).bookmarked, true);
  assert.deepEqual((await bo.v1.bookmarks.list()).map((kept) => kept.id), [post.id]);

  const told = await ada.v1.notifications.list({ types: ["favourite", "reblog"] });
  assert.deepEqual(told.map((notice) => notice.type), ["reblog", "favourite"]);
  assert.deepEqual(told.map((notice) => notice.status.id), [post.id, post.id]);
  const mentions = await ada.v1.notifications.list({ excludeTypes: ["favourite", "reblog"] });
  assert.deepEqual(mentions.map((notice) => notice.type), ["mention"]);

  assert.equal((await chosen.unfavourite()).favourited, false);
  await chosen.unreblog();
  const seen = await ada.v1.statuses.$select(post.id).fetch();
  assert.deepEqual([seen.favouritesCount, seen.reblogsCount], [0, 0]);
});

test("shows pictures with what they show", async () => {
  const media = await ada.v2.media.create({
    file: await openAsBlob(PICTURE, { type: "image/png" }),
    description: "A loaf of rye",
    focus: "0.1,-0.2",
  });
  assert.equal(media.type, "image");
  const post = await ada.v1.statuses.create({ status: "The loaf", mediaIds: [media.id] });
  const [shown] = post.mediaAttachments;
  assert.equal(shown.description, "A loaf of rye");
  assert.deepEqual([shown.meta.original.width, shown.meta.original.height], [320, 200]);
  assert.deepEqual(shown.meta.focus, { x: 0.1, y: -0.2 });
  const pictures = await bo.v1.accounts.$select(me.id).statuses.list({ onlyMedia: true });
  assert.deepEqual(pictures.map((found) => found.id), [post.id]);
});

test("changes its profile", async () => {
  const changed = await ada.v1.accounts.updateCredentials({
    displayName: "Ada of JavaScript",
    indexable: true,
    fieldsAttributes: [{ name: "Oven", value: "wood" }],
    avatar: await openAsBlob(PICTURE, { type: "image/png" }),
  });
  assert.equal(changed.displayName, "Ada of JavaScript");
  assert.deepEqual(changed.fields.map((field) => [field.name, field.value]), [["Oven", "wood"]]);
  assert.equal((await fetch(changed.avatar)).status, 200);
});

test("finds people, posts and hashtags", async () => {
  await ada.v1.accounts.updateCredentials({ indexable: true });
  const post = await ada.v1.statuses.create({ status: "Juniper syrup #sirops" });
  const words = await ada.v2.search.list({ q: "juniper" });
  assert.deepEqual(words.statuses.map((found) => found.id), [post.id]);
  const people = await bo.v2.search.list({ q: "jsada", type: "accounts" });
  assert.deepEqual(people.accounts.map((found) => found.id), [me.id]);
  const tags = await bo.v2.search.list({ q: "#sirops" });
  assert.deepEqual(tags.hashtags.map((tag) => tag.name), ["sirops"]);
  const tagged = await bo.v1.timelines.tag.$select("sirops").list();
  assert.deepEqual(tagged.map((found) => found.id), [post.id]);
  assert.equal((await bo.v1.accounts.lookup({ acct: "jsada" })).id, me.id);
});

test("follows", async () => {
  const chosen = bo.v1.accounts.$select(me.id);
  assert.equal((await chosen.follow()).following, true);
  const [relation] = await bo.v1.accounts.relationships.fetch({ id: [me.id] });
  assert.equal(relation.following, true);
  const post = await ada.v1.statuses.create({ status: "For my followers", visibility: "private" });
  assert.equal((await bo.v1.timelines.home.list({ limit: 1 }))[0].id, post.id);
  assert.equal((await chosen.unfollow()).following, false);
  await assert.rejects(
    bo.v1.statuses.$select(post.id).fetch(),
    (fault) => fault.statusCode === 404,
  );
});

test("turns pages to the end", async () => {
  const said = [];
  for (let number = 0; number < 7; number++) {
    const post = await bo.v1.statuses.create({ status: `Number ${number} #sevenlines` });
    said.unshift(post.id);
  }
  const found = [];
  for await (const page of ada.v1.timelines.tag.$select("sevenlines").list({ limit: 3 })) {
    found.push(page.map((post) => post.id));
  }
  assert.deepEqual(found.slice(0, 3).map((page) => page.length), [3, 3, 1]);
  assert.deepEqual(found.flat(), said);
});

/** Does something again and again until the first thing is heard. */
async function tuned(first, again) {
  let heard = false;
  first.then(() => (heard = true));
  while (!heard) {
    await again();
    await Promise.race([first, new Promise((done) => setTimeout(done, 200))]);
  }
}

/** The next thing that is what one listens for. */
async function came(stream, is) {
  for (;;) {
    const { value } = await stream.next();
    if (is(value)) return value;
  }
}

test("hears what happens at once", { timeout: 20_000 }, async () => {
  const { configuration } = await ada.v2.instance.fetch();
  const streaming = createStreamingAPIClient({
    streamingApiUrl: configuration.urls.streaming,
    accessToken: ADA,
    retry: false,
  });
  after(() => streaming.close());
  await streaming.prepare();
  const mine = streaming.user.subscribe().values();
  const tagged = streaming.hashtag.subscribe({ tag: "sparks" }).values();
  // A subscription begins with the first look at it. No server says when it has heard of it, so
  // something is said until it comes back.
  await tuned(mine.next(), () => ada.v1.statuses.create({ status: "Is this on?" }));
  await tuned(tagged.next(), () => bo.v1.statuses.create({ status: "Is this on? #sparks" }));

  const own = await ada.v1.statuses.create({ status: "I hear myself" });
  await came(mine, (one) => one.event === "update" && one.payload.id === own.id);

  const mention = await bo.v1.statuses.create({ status: "@jsada listen #sparks" });
  const told = await came(mine, (one) => one.event === "notification");
  assert.equal(told.payload.type, "mention");
  assert.equal(told.payload.status.id, mention.id);
  const spark = await came(tagged, (one) => one.payload.id === mention.id);
  assert.deepEqual(spark.stream, ["hashtag", "sparks"]);

  await ada.v1.statuses.$select(own.id).update({ status: "I heard myself" });
  const edit = await came(mine, (one) => one.event === "status.update");
  assert.equal(edit.payload.content, "<p>I heard myself</p>");
  await ada.v1.statuses.$select(own.id).remove();
  await came(mine, (one) => one.event === "delete" && one.payload === own.id);
});
