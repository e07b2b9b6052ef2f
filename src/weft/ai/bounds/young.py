"""What is not said to minors: romance and sex. Words and phrases; few, plain, in the usual languages.

A list of words is no judge. It stands behind the rule that characters do not answer minors at all,
and beside a guard model where there is one.
"""

from __future__ import annotations

import re

from weft.ai.bounds.fold import skeleton
from weft.ai.bounds.topics import touched

_TOPICS = (
    "sex", "sexual", "sexy", "sexting", "porn", "porno", "nude", "naked", "erotic", "erotik", "érotique",
    "erótico", "nsfw", "hentai", "orgasm", "masturbate", "masturbation", "blowjob", "horny", "fetish",
    "make love", "french kiss", "girlfriend roleplay", "boyfriend roleplay", "strip for", "nackt",
    "geschlechtsverkehr", "nue", "desnudo", "desnuda", "sesso", "nudo", "секс", "порно", "голая", "голый",
    "性爱", "裸体", "色情", "セックス", "エロ", "裸の", "섹스", "야동", "جنس", "عاري",
)  # fmt: skip
_ROMANCE = re.compile(
    r"""\b(?:i(?:'m|\ am)\ (?:so\ |madly\ )?in\ love\ with\ you|i\ love\ you,?\ (?:my\ |baby|darling|honey|babe)
        |be\ my\ (?:girlfriend|boyfriend|lover|valentine)|(?:will|would)\ you\ (?:date|kiss|marry)\ me
        |kiss(?:es|ing|ed)?\ (?:you|me|your)|cuddl\w+\ (?:with\ )?(?:you|me)|make\ out\ with
        |(?:my|your)\ (?:sweet\ )?(?:girlfriend|boyfriend|lover)\b|flirt(?:ing|s)?\ with\ (?:me|you)
        |romantic(?:ally)?\ (?:with|together|date|role ?play|relationship\ with\ (?:me|you)))
      |\bich\ liebe\ dich|\bkuss?\ mich|\bsei\ meine?\ freund(?:in)?\b|\bbist\ du\ meine?\ freund(?:in)?\b
      |\bje\ t'aime|\bembrasse[- ]moi|\bsois\ m(?:on|a)\ (?:petit\ ami|petite\ amie|copain|copine)
      |\bte\ (?:amo|quiero\ besar)|\bbesame|\bse\ mi\ novi[oa]\b|\bti\ amo\b|\bbaciami
      |愛してる|キスして|我爱你|我愛你|做我(?:的)?(?:女|男)朋友|사랑해|키스해
    """,
    re.VERBOSE,
)


def unfit(text: str) -> bool:
    """Whether it is romantic or sexual."""
    flat = " ".join(skeleton(text).split())
    return touched(_TOPICS, text) is not None or bool(_ROMANCE.search(flat))
