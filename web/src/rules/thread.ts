/**
 * The rules of a thread: the post that was opened is the anchor; above it the posts it answers,
 * below it the answers, nested. Pure functions over anything with the four fields below.
 */

export interface ThreadPost {
  id: string;
  in_reply_to_id: string | null;
  account: { id: string };
  created_at: string;
}

export interface Nested<T> {
  post: T;
  /** 0 for answers to the anchor. */
  depth: number;
  /** The post it answers, when that is not simply the one above it. */
  answers: T | null;
  /** True when the next row is an answer to this one: the thread line goes on. */
  goesOn: boolean;
}

/** The chain from the thread's root to just above the anchor, oldest first. */
export function ancestorsOf<T extends ThreadPost>(anchor: T, posts: T[]): T[] {
  const byId = new Map(posts.map((post) => [post.id, post]));
  const chain: T[] = [];
  let parent = anchor.in_reply_to_id;
  while (parent !== null && chain.length < posts.length) {
    const post = byId.get(parent);
    if (!post) break;
    chain.unshift(post);
    parent = post.in_reply_to_id;
  }
  return chain;
}

/**
 * The answers below the anchor, depth first, oldest first: a conversation reads top-down. An
 * author's own continuation of their post comes before what others say to it.
 */
export function nest<T extends ThreadPost>(anchor: T, posts: T[]): Nested<T>[] {
  const children = new Map<string, T[]>();
  const unique = new Map(posts.map((post) => [post.id, post]));
  unique.delete(anchor.id);
  for (const post of unique.values()) {
    const parent = post.in_reply_to_id ?? "";
    const list = children.get(parent);
    if (list) list.push(post);
    else children.set(parent, [post]);
  }
  const rows: Nested<T>[] = [];
  const visit = (parent: T, depth: number): void => {
    const answers = children.get(parent.id) ?? [];
    const own = (post: T) => (post.account.id === parent.account.id ? 0 : 1);
    answers.sort((a, b) => own(a) - own(b) || a.created_at.localeCompare(b.created_at));
    for (const post of answers) {
      const above = rows.at(-1)?.post ?? anchor;
      const row = { post, depth, answers: above === parent ? null : parent, goesOn: false };
      rows.push(row);
      visit(post, depth + 1);
      row.goesOn = (children.get(post.id)?.length ?? 0) > 0;
    }
  };
  visit(anchor, 0);
  return rows;
}

/** Puts a post that arrived live into the thread, if it belongs there. Null: it does not. */
export function withArrival<T extends ThreadPost>(anchor: T, posts: T[], arrived: T): T[] | null {
  if (arrived.id === anchor.id || posts.some((post) => post.id === arrived.id)) return null;
  const parent = arrived.in_reply_to_id;
  const belongs = parent === anchor.id || posts.some((post) => post.id === parent);
  return belongs ? [...posts, arrived] : null;
}

/** An AI that has not answered by now has said why elsewhere, or its server is gone. */
export const ANSWER_PATIENCE_MS = 120_000;

interface Asked extends ThreadPost {
  mentions: { id: string }[];
}

/**
 * The AIs whose answer in this thread is still to come: addressed lately, and silent since.
 * `ais` holds the account ids known to be AIs.
 */
export function awaitedAis<T extends Asked>(posts: T[], ais: Set<string>, now: number): string[] {
  const byId = new Map(posts.map((post) => [post.id, post]));
  const waiting = new Set<string>();
  for (const post of posts) {
    if (now - Date.parse(post.created_at) > ANSWER_PATIENCE_MS) continue;
    // AIs don't answer AIs, unless a person asked both.
    if (ais.has(post.account.id)) continue;
    const parent = post.in_reply_to_id ? byId.get(post.in_reply_to_id) : undefined;
    const addressed = post.mentions.map((mention) => mention.id);
    if (parent) addressed.push(parent.account.id);
    for (const id of addressed) {
      const answered = posts.some((p) => p.account.id === id && p.in_reply_to_id === post.id);
      if (ais.has(id) && !answered && id !== post.account.id) waiting.add(id);
    }
  }
  return [...waiting];
}
