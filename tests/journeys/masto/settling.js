// URL=… ADA=TOKEN BO=TOKEN PICTURE=FILE node --test settling.js: how people make an app on
// masto.js their own: lists, filters, tags, notices, what waits, what is quoted.

import assert from "node:assert/strict";
import { openAsBlob } from "node:fs";
import { after, test } from "node:test";

import { createRestAPIClient, createStreamingAPIClient } from "masto";

const { URL: url, ADA, BO, PICTURE } = process.env;
const ada = createRestAPIClient({ url, accessToken: ADA });
const bo = createRestAPIClient({ url, accessToken: BO });
const me = await ada.v1.accounts.verifyCredentials();
const other = await bo.v1.accounts.verifyCredentials();
const HOUR = 3_600_000;
const gone = (fault) => fault.statusCode === 404;

const uploaded = async (description) => {
  const file = await openAsBlob(PICTURE, { type: "image/png" });
  return await ada.v2.media.create({ file, description });
};

test("asks and answers a poll", async () => {
  const post = await ada.v1.statuses.create({
    status: "Rye or wheat?",
    poll: { options: ["Rye", "Wheat"], expiresIn: 600, hideTotals: true },
  });
  assert.deepEqual(post.poll.options.map((option) => option.title), ["Rye", "Wheat"]);
  const voted = await bo.v1.polls.$select(post.poll.id).votes.create({ choices: [1] });
  assert.deepEqual([voted.voted, voted.ownVotes], [true, [1]]);
  const seen = await ada.v1.polls.$select(post.poll.id).fetch();
  assert.equal(seen.votesCount, 1);
});

test("writes for later", async () => {
  const scheduledAt = new Date(Date.now() + HOUR).toISOString();
  const media = await uploaded("The dough");
  const waiting = await ada.v1.statuses.create({
    status: "Good morning",
    scheduledAt,
    mediaIds: [media.id],
    poll: null,
  });
  assert.equal(waiting.params.text, "Good morning");
  assert.deepEqual(waiting.mediaAttachments.map((one) => one.description), ["The dough"]);
  const chosen = ada.v1.scheduledStatuses.$select(waiting.id);
  const later = new Date(Date.now() + 2 * HOUR).toISOString();
  assert.equal(Date.parse((await chosen.update({ scheduledAt: later })).scheduledAt), Date.parse(later));
  assert.deepEqual((await ada.v1.scheduledStatuses.list()).map((one) => one.id), [waiting.id]);
  await chosen.remove();
  await assert.rejects(chosen.fetch(), gone);
});

test("quotes, and takes back being quoted", async () => {
  const origin = await ada.v1.statuses.create({
    status: "Words worth quoting",
    quoteApprovalPolicy: "public",
  });
  const quoting = await bo.v1.statuses.create({ status: "Hear", quotedStatusId: origin.id });
  assert.deepEqual([quoting.quote.state, quoting.quote.quotedStatus.id], ["accepted", origin.id]);
  const quotes = await ada.v1.statuses.$select(origin.id).quotes.list();
  assert.deepEqual(quotes.map((post) => post.id), [quoting.id]);
  const told = await ada.v1.notifications.list({ types: ["quote"] });
  assert.equal(told[0].status.id, quoting.id);
  await ada.v1.statuses.$select(origin.id).quotes.$select(quoting.id).revoke();
  const seen = await bo.v1.statuses.$select(quoting.id).fetch();
  assert.equal(seen.quote.state, "revoked");
});

test("pins and features", async () => {
  const post = await ada.v1.statuses.create({ status: "First of all #welcome" });
  const chosen = ada.v1.statuses.$select(post.id);
  assert.equal((await chosen.pin()).pinned, true);
  const pinned = await bo.v1.accounts.$select(me.id).statuses.list({ pinned: true });
  assert.deepEqual(pinned.map((found) => found.id), [post.id]);
  assert.equal((await chosen.unpin()).pinned, false);
  const featured = await ada.v1.featuredTags.create({ name: "welcome" });
  const shown = await bo.v1.accounts.$select(me.id).featuredTags.list();
  assert.deepEqual(shown.map((tag) => tag.name), ["welcome"]);
  await ada.v1.featuredTags.$select(featured.id).remove();
});

test("reads by lists", async () => {
  await ada.v1.accounts.$select(other.id).follow();
  const list = await ada.v1.lists.create({ title: "Bakers", exclusive: true });
  const chosen = ada.v1.lists.$select(list.id);
  await chosen.accounts.create({ accountIds: [other.id] });
  assert.deepEqual((await chosen.accounts.list()).map((one) => one.acct), [other.acct]);
  const post = await bo.v1.statuses.create({ status: "Only for lists" });
  const found = await ada.v1.timelines.list.$select(list.id).list();
  assert.equal(found[0].id, post.id);
  const home = await ada.v1.timelines.home.list();
  assert.ok(!home.some((one) => one.id === post.id));
  assert.equal((await chosen.update({ title: "Millers", exclusive: false })).title, "Millers");
  await chosen.accounts.remove({ accountIds: [other.id] });
  await chosen.remove();
  await assert.rejects(chosen.fetch(), gone);
});

test("filters", async () => {
  const filter = await ada.v2.filters.create({
    title: "Weather",
    context: ["home"],
    filterAction: "warn",
    keywordsAttributes: [{ keyword: "rain", wholeWord: true }],
  });
  const post = await bo.v1.statuses.create({ status: "Rain again" });
  const [first] = await ada.v1.timelines.home.list({ limit: 1 });
  assert.equal(first.id, post.id);
  assert.deepEqual(first.filtered[0].keywordMatches, ["rain"]);
  const chosen = ada.v2.filters.$select(filter.id);
  const word = await chosen.keywords.create({ keyword: "snow" });
  assert.deepEqual((await chosen.keywords.list()).map((one) => one.keyword).sort(), ["rain", "snow"]);
  await ada.v2.filters.keywords.$select(word.id).remove();
  const updated = await chosen.update({
    keywordsAttributes: [{ id: filter.keywords[0].id, _destroy: true }, { keyword: "hail" }],
  });
  assert.deepEqual(updated.keywords.map((one) => one.keyword), ["hail"]);
  await chosen.remove();
  const [again] = await ada.v1.timelines.home.list({ limit: 1 });
  assert.deepEqual(again.filtered, []);
});

test("follows hashtags", async () => {
  const tag = ada.v1.tags.$select("focaccia");
  assert.equal((await tag.follow()).following, true);
  assert.deepEqual((await ada.v1.followedTags.list()).map((one) => one.name), ["focaccia"]);
  await ada.v1.accounts.$select(other.id).unfollow();
  const post = await bo.v1.statuses.create({ status: "Oil! #Focaccia" });
  assert.equal((await ada.v1.timelines.home.list({ limit: 1 }))[0].id, post.id);
  assert.equal((await tag.unfollow()).following, false);
});

test("reads grouped notices and decides who may send them", async () => {
  const post = await ada.v1.statuses.create({ status: "Like this" });
  await bo.v1.statuses.$select(post.id).favourite();
  const found = await ada.v2.notifications.list({ types: ["favourite"] });
  const [group] = found.notificationGroups;
  assert.deepEqual([group.type, group.statusId], ["favourite", post.id]);
  assert.deepEqual(group.sampleAccountIds, [other.id]);
  assert.ok((await ada.v2.notifications.unreadCount.fetch()).count >= 1);
  await ada.v2.notifications.$select(group.groupKey).dismiss();
  const left = await ada.v2.notifications.list({ types: ["favourite"] });
  assert.deepEqual(left.notificationGroups, []);

  await ada.v2.notifications.policy.update({ forNotFollowing: "filter" });
  await bo.v1.statuses.create({ status: `@${me.acct} psst` });
  const [request] = await ada.v1.notifications.requests.list();
  assert.equal(request.account.id, other.id);
  await ada.v1.notifications.requests.$select(request.id).accept();
  assert.deepEqual(await ada.v1.notifications.requests.list(), []);
  await ada.v2.notifications.policy.update({ forNotFollowing: "accept" });
});

test("talks in private", async () => {
  const said = await bo.v1.statuses.create({ status: `@${me.acct} a word`, visibility: "direct" });
  const [talk] = await ada.v1.conversations.list();
  assert.deepEqual([talk.unread, talk.lastStatus.id], [true, said.id]);
  assert.equal((await ada.v1.conversations.$select(talk.id).read()).unread, false);
  await ada.v1.conversations.$select(talk.id).remove();
  assert.deepEqual(await ada.v1.conversations.list(), []);
});

test("notes, mutes and reports people", async () => {
  const them = ada.v1.accounts.$select(other.id);
  assert.equal((await them.note.create({ comment: "From the fair" })).note, "From the fair");
  assert.equal((await them.mute({ duration: 60 })).muting, true);
  assert.ok((await ada.v1.mutes.list())[0].muteExpiresAt);
  await them.unmute();
  const report = await ada.v1.reports.create({ accountId: other.id, comment: "Hm", category: "other" });
  assert.equal(report.targetAccount.id, other.id);
  await ada.v1.domainBlocks.create({ domain: "noise.example" });
  assert.deepEqual([...(await ada.v1.domainBlocks.list())], ["noise.example"]);
  await ada.v1.domainBlocks.remove({ domain: "noise.example" });
  assert.deepEqual([...(await ada.v1.domainBlocks.list())], []);
});

test("remembers how far it read", async () => {
  const post = await ada.v1.statuses.create({ status: "Up to here" });
  await ada.v1.markers.create({ home: { lastReadId: post.id } });
  const { home } = await ada.v1.markers.fetch({ timeline: ["home"] });
  assert.equal(home.lastReadId, post.id);
});

test("subscribes a phone", async () => {
  const subscription = {
    endpoint: "https://push.example.org/js",
    keys: { p256dh: process.env.P256DH, auth: process.env.AUTH },
  };
  const data = { alerts: { mention: true }, policy: "followed" };
  const made = await ada.v1.push.subscription.create({ subscription, data });
  assert.deepEqual([made.endpoint, made.alerts.mention], [subscription.endpoint, true]);
  const changed = await ada.v1.push.subscription.update({ data: { alerts: { follow: true } } });
  assert.equal(changed.alerts.follow, true);
  await ada.v1.push.subscription.remove();
  await assert.rejects(ada.v1.push.subscription.fetch(), gone);
});

test("looks around", async () => {
  assert.ok(Array.isArray(await ada.v1.trends.tags.list()));
  assert.ok(Array.isArray(await ada.v1.trends.statuses.list()));
  assert.ok(Array.isArray(await ada.v1.trends.links.list()));
  assert.ok(Array.isArray(await ada.v2.suggestions.list()));
  assert.ok(Array.isArray(await ada.v1.directory.list()));
  assert.ok(Array.isArray(await ada.v1.announcements.list()));
  assert.ok(Array.isArray(await ada.v1.customEmojis.list()));
  assert.equal((await ada.v1.preferences.fetch())["posting:default:visibility"], "public");
  const kept = await ada.v1.statuses.list({ id: [(await ada.v1.statuses.create({ status: "x" })).id] });
  assert.equal(kept.length, 1);
});

test("hears lists and conversations", { timeout: 20_000 }, async () => {
  await ada.v1.accounts.$select(other.id).follow();
  const list = await ada.v1.lists.create({ title: "Heard" });
  await ada.v1.lists.$select(list.id).accounts.create({ accountIds: [other.id] });
  const { configuration } = await ada.v2.instance.fetch();
  const streaming = createStreamingAPIClient({
    streamingApiUrl: configuration.urls.streaming,
    accessToken: ADA,
    retry: false,
  });
  after(() => streaming.close());
  await streaming.prepare();
  const listed = streaming.list.subscribe({ list: list.id }).values();
  const direct = streaming.direct.subscribe().values();
  const heard = [listed.next(), direct.next()];
  const post = await bo.v1.statuses.create({ status: "For the list" });
  assert.equal((await heard[0]).value.payload.id, post.id);
  const word = await bo.v1.statuses.create({ status: `@${me.acct} hush`, visibility: "direct" });
  const talk = (await heard[1]).value;
  assert.deepEqual([talk.event, talk.payload.lastStatus.id], ["conversation", word.id]);
});
