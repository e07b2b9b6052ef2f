"""Who may do what with posts, as GoToSocial's API says it, and in its words.

https://docs.gotosocial.org/en/latest/api/swagger/ (InteractionPolicy). Of ours: ``can_quote`` (the same
as Mastodon's ``quote_approval_policy``) and ``can_invoke_ai``.
"""

from functools import lru_cache

from msgspec import UNSET, Struct, UnsetType

from weft.api.mastodon.answers import few
from weft.kernel.errors import Invalid
from weft.threads import consent
from weft.threads.consent import Policy
from weft.threads.model import Deed, Post, Rule

ENTRIES = 20
"""Of a list: there are seven words."""
_WORDS = {
    "public": "everyone",
    "followers": "followers",
    "following": "following",
    "mutuals": "mutuals",
    "mentioned": "mentioned",
    "author": "me",
    "me": "me",
}
_NAMES = {"everyone": "public", "me": "author"}
FIELDS: dict[Deed, str] = {
    "like": "can_favourite",
    "reply": "can_reply",
    "announce": "can_reblog",
    "quote": "can_quote",
    "invoke": "can_invoke_ai",
}


class Rules(Struct, frozen=True):
    """``always`` and ``with_approval`` are the older names of the same two lists."""

    automatic_approval: list[str] = []
    manual_approval: list[str] = []
    always: list[str] = []
    with_approval: list[str] = []


class InteractionPolicy(Struct, frozen=True):
    can_favourite: Rules
    can_reply: Rules
    can_reblog: Rules
    can_quote: Rules
    can_invoke_ai: Rules


class GivenRules(Struct):
    automatic_approval: list[str] | None = None
    manual_approval: list[str] | None = None
    always: list[str] | None = None
    with_approval: list[str] | None = None


class GivenPolicy(Struct):
    """What is left out stays as it is, or is as usual."""

    can_favourite: GivenRules | None = None
    can_reply: GivenRules | None = None
    can_reblog: GivenRules | None = None
    can_quote: GivenRules | None = None
    can_invoke_ai: GivenRules | None = None


def given(policy: GivenPolicy | None) -> dict[Deed, Rule]:
    """What a client chose. Errors: Invalid for a word that is none."""
    if policy is None:
        return {}
    chosen: dict[Deed, Rule] = {}
    for deed, field in FIELDS.items():
        rules: GivenRules | None = getattr(policy, field)
        if rules is not None:
            newer = rules.automatic_approval is not None or rules.manual_approval is not None
            always = rules.automatic_approval if newer else rules.always
            ask = rules.manual_approval if newer else rules.with_approval
            if deed == "invoke" and ask:
                raise Invalid("Validation failed: AIs cannot be brought in with approval")
            chosen[deed] = consent.tidy(deed, _read(always), _read(ask))
    return chosen


def shown(policy: Policy) -> InteractionPolicy:
    """A policy as clients read it."""
    return InteractionPolicy(*(_rules(policy.rule(deed)) for deed in FIELDS))


def of_post(post: Post) -> InteractionPolicy | UnsetType:
    """Only of a post that has one of its own: of nearly all it is the usual, and not said."""
    return shown(consent.of(post)) if post.policy is not None else UNSET


@lru_cache(maxsize=256)
def _rules(rule: Rule) -> Rules:
    always, ask = _write(rule.always), _write(rule.ask)
    return Rules(always, ask, always, ask)


def _write(entries: tuple[str, ...]) -> list[str]:
    return [_NAMES.get(one, one) for one in entries]


def _read(words: list[str] | None) -> tuple[str, ...]:
    read: list[str] = []
    for word in few(words, ENTRIES):
        if word not in _WORDS:
            raise Invalid("Validation failed: Interaction policy is not included in the list")
        read.append(_WORDS[word])
    return tuple(read)
