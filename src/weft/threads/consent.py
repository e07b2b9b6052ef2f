"""Who may do what with a post: its policy as data, and the one judge of it.

For each kind of deed a policy has two lists: who *always* may, and who has to *ask* and wait for
the author's yes. Whoever is on neither may not. The words are those of GoToSocial's
interactionPolicy; a post from elsewhere may also name single actors by their address.

Three columns of a post keep it: ``quote_policy`` (Mastodon's word for who may quote), ``no_ai``
(nobody may bring AIs), and ``policy`` with what those two and the usual do not say. ``of`` alone
reads them and ``columns`` alone writes them, so that they cannot disagree.

https://docs.gotosocial.org/en/latest/federation/interaction_policy/, FEP-044f (quotes)
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Struct, structs

from weft.people import credentials
from weft.people.model import Account
from weft.people.tables import follows
from weft.store.database import Tx
from weft.threads.model import Deed, Draft, Post, QuotePolicy, Rule, Visibility

Verdict = Literal["yes", "ask", "no"]

DEEDS: tuple[Deed, ...] = ("like", "reply", "announce", "quote", "invoke")
WORDS = ("everyone", "mutuals", "followers", "following", "mentioned", "me")
EVERYONE, AUTHOR, NOBODY = Rule(("everyone",)), Rule(("me",)), Rule()
OPEN = ("public", "unlisted")
PREFERENCE = "interaction_policies"
"""Among a member's preferences: {visibility: {deed: rule}}, where they chose otherwise than usual."""

_COLLECTIONS = frozenset({"mutuals", "followers", "following"})
_QUOTE_RULES: dict[QuotePolicy, Rule] = {
    "public": EVERYONE,
    "followers": Rule(("followers",)),
    "nobody": AUTHOR,
}


class Policy(Struct, frozen=True):
    """``invoke``: who may bring AIs into the thread; there the author too is among those named."""

    like: Rule = EVERYONE
    reply: Rule = EVERYONE
    announce: Rule = EVERYONE
    quote: Rule = AUTHOR
    invoke: Rule = EVERYONE

    def rule(self, deed: Deed) -> Rule:
        return getattr(self, deed)


class Relation(Struct, frozen=True):
    """How somebody stands to a post and its author. ``uri``: their address."""

    uri: str = ""
    me: bool = False
    mentioned: bool = False
    """By the post, or it answers them."""
    follower: bool = False
    following: bool = False
    """The author follows them."""


def may(policy: Policy, deed: Deed, relation: Relation) -> Verdict:
    """The judge. What names somebody more closely counts before what names them widely; in the same
    breath *always* counts before *ask*. Authors always may, and whoever is mentioned may always
    reply: nobody is spoken of without being able to answer.
    """
    rule = policy.rule(deed)
    if relation.me and deed != "invoke":
        return "yes"
    if relation.mentioned and deed == "reply":
        return "yes"
    for held in _held(relation):
        if not held.isdisjoint(rule.always):
            return "yes"
        if not held.isdisjoint(rule.ask):
            return "ask"
    return "yes" if relation.me and rule != NOBODY else "no"


def _held(relation: Relation) -> tuple[frozenset[str], ...]:
    """What names this relation, the closest first."""
    ties = {
        "mutuals": relation.follower and relation.following,
        "followers": relation.follower,
        "following": relation.following,
    }
    return (
        frozenset({relation.uri} if relation.uri else ()),
        frozenset({"me"} if relation.me else ()),
        frozenset({"mentioned"} if relation.mentioned else ()),
        frozenset(word for word, held in ties.items() if held),
        frozenset({"everyone"}),
    )


# -- as it is kept ----------------------------------------------------------------------------


def tidy(deed: Deed, always: tuple[str, ...], ask: tuple[str, ...]) -> Rule:
    """A rule in the one form that says the same: each once, nothing that another entry says."""
    if "everyone" in always and not any("://" in one for one in ask):
        return EVERYONE
    always = tuple(dict.fromkeys(always))
    rest = tuple(one for one in always if one != "me")
    if rest:
        always = rest
    if not always and deed != "invoke":
        always = ("me",)
    ask = tuple(one for one in dict.fromkeys(ask) if one not in always and one != "me")
    return Rule(always, ask)


def usual(visibility: Visibility) -> Policy:
    """Of a post whose author chose nothing. What is not for all is not boosted by others."""
    return _usual(visibility, "nobody", no_ai=False)


def of(post: Post) -> Policy:
    """A post's policy."""
    known = _usual(post.visibility, post.quote_policy, no_ai=post.no_ai)
    if post.policy is None:
        return known
    return structs.replace(known, **_rules(post.policy))


def columns(policy: Policy, visibility: Visibility) -> dict[str, Any]:
    """The columns that keep a policy: ``policy``, ``quote_policy``, ``no_ai``."""
    word = quote_word(policy.quote)
    no_ai = policy.invoke == NOBODY
    known = _usual(visibility, word, no_ai=no_ai)
    rest = {
        deed: as_kept(policy.rule(deed)) for deed in DEEDS if policy.rule(deed) != known.rule(deed)
    }
    return {"policy": rest or None, "quote_policy": word, "no_ai": no_ai}


def of_received(
    rules: Mapping[Deed, Rule] | None, visibility: Visibility, *, no_ai: bool
) -> dict[str, Any]:
    """The columns of a post from elsewhere. Who says nothing of quotes wants none (FEP-044f)."""
    if not rules:
        return {"policy": None, "quote_policy": "nobody", "no_ai": no_ai}
    policy = structs.replace(usual(visibility), **rules)
    if no_ai:
        policy = structs.replace(policy, invoke=NOBODY)
    return columns(policy, visibility)


def as_kept(rule: Rule) -> dict[str, list[str]]:
    """A rule in JSON, of a post or among preferences."""
    return {"always": list(rule.always), "ask": list(rule.ask)}


def quote_word(rule: Rule) -> QuotePolicy:
    """Mastodon's word for a rule of quoting; for one that it has no word for, the narrower one."""
    if "everyone" in rule.always:
        return "public"
    return "followers" if "followers" in rule.always else "nobody"


def quote_rule(word: QuotePolicy) -> Rule:
    return _QUOTE_RULES[word]


@lru_cache(maxsize=64)
def _usual(visibility: Visibility, word: QuotePolicy, *, no_ai: bool) -> Policy:
    return Policy(
        announce=EVERYONE if visibility in OPEN else AUTHOR,
        quote=_QUOTE_RULES[word],
        invoke=NOBODY if no_ai else EVERYONE,
    )


def _rules(kept: Mapping[str, Any]) -> dict[str, Rule]:
    return {deed: msgspec.convert(kept[deed], Rule) for deed in DEEDS if deed in kept}


# -- what members choose ----------------------------------------------------------------------


def defaults(preferences: Mapping[str, Any], visibility: Visibility) -> dict[Deed, Rule]:
    """What a member's preferences say of new posts of this visibility, beside quotes."""
    kept = preferences.get(PREFERENCE, {}).get(visibility, {})
    return {deed: msgspec.convert(kept[deed], Rule) for deed in DEEDS if deed in kept}


def of_draft(tx: Tx, author: Account, draft: Draft, usual_quote: QuotePolicy) -> dict[str, Any]:
    """The columns of a new post. What the draft does not say, its author's preferences do;
    ``usual_quote`` where they do not either.
    """
    preferences: Mapping[str, Any] = {}
    if draft.policy is None or (draft.quote_policy is None and "quote" not in draft.policy):
        held = credentials.by_account(tx, author.id)
        preferences = held.preferences if held is not None else {}
    chosen = defaults(preferences, draft.visibility) if draft.policy is None else draft.policy
    policy = structs.replace(usual(draft.visibility), **chosen)
    if draft.visibility not in OPEN:
        policy = structs.replace(policy, quote=AUTHOR)
    elif draft.quote_policy is not None:
        policy = structs.replace(policy, quote=_QUOTE_RULES[draft.quote_policy])
    elif "quote" not in chosen:
        word = preferences.get("quote_policy")
        rule = _QUOTE_RULES[word if word in _QUOTE_RULES else usual_quote]
        policy = structs.replace(policy, quote=rule)
    if draft.no_ai:
        policy = structs.replace(policy, invoke=NOBODY)
    return columns(policy, draft.visibility)


# -- asked of the store -----------------------------------------------------------------------

_by = sa.bindparam("by", type_=sa.BigInteger)
_author = sa.bindparam("author", type_=sa.BigInteger)
_TIES = sa.select(follows.c.follower_id).where(
    follows.c.accepted.is_(True),
    sa.or_(
        sa.and_(follows.c.follower_id == _by, follows.c.target_id == _author),
        sa.and_(follows.c.follower_id == _author, follows.c.target_id == _by),
    ),
)


def relation(tx: Tx, by: Account, post: Post, rule: Rule) -> Relation:
    """How somebody stands to a post, as far as the rule asks: one read at most."""
    if by.id == post.author_id:
        return Relation(by.uri, me=True)
    ties: set[int] = set()
    if not _COLLECTIONS.isdisjoint((*rule.always, *rule.ask)):
        ties = {row[0] for row in tx.rows(_TIES, by=by.id, author=post.author_id)}
    named = str(by.id)
    return Relation(
        by.uri,
        mentioned=post.reply_to_author_id == by.id
        or any(mention["id"] == named for mention in post.mentions),
        follower=by.id in ties,
        following=post.author_id in ties,
    )


def verdict(tx: Tx, by: Account, post: Post, deed: Deed) -> Verdict:
    """Whether ``by`` may do this with a post that they may see. Nothing is read where everybody
    may.

    Of a post from elsewhere only its server knows who follows its author: whoever may as a follower
    asks there, and is answered without waiting.
    """
    policy = of(post)
    rule = policy.rule(deed)
    if rule == EVERYONE:
        return "yes"
    if not post.local:
        rule = _provable(rule)
        policy = structs.replace(policy, **{deed: rule})
    return may(policy, deed, relation(tx, by, post, rule))


def _provable(rule: Rule) -> Rule:
    known = tuple(one for one in rule.always if one not in _COLLECTIONS)
    return Rule(known, (*rule.ask, *(one for one in rule.always if one in _COLLECTIONS)))
