"""The own words of a message: without what it quotes, shows as code, asks or means as a joke. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from weft.threads.sanitize import html_to_text

_QUOTED_HTML = re.compile(
    r"""<(blockquote|pre|code|q)\b[^>]*>(?:(?!<\1\b).)*?</\1>
      |<p\ class="quote-inline">.*?</p>""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_QUOTED_LINE = re.compile(r"^\s*(?:>|\|).*$", re.MULTILINE)
_QUOTED = re.compile(
    r"\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|»[^«\n]*«|‹[^›\n]*›|「[^」\n]*」"
)
_JOKE = re.compile(
    r"""(?<!\w)(?:/j|/s|/jk|/sarcasm|/srs?joke|\#?jokes?|j/?k|just\ kidding|kidding|joking|irony|lol|lmao|rofl|xd
        |a?ha(?:ha)+|he(?:he)+|hi(?:hi)+|ja(?:ja)+|mdr|ptdr
        |\#?(?:scherz|witz|spa(?:ß|ss))|nur\ spa(?:ß|ss)|ironie|blague|je\ (?:plaisante|rigole)|je\ blague
        |(?:es|era)\ broma|bromeo|sarcasmo|\#?broma)(?!\w)
      |[😂🤣😜😝🤪😉🙃😏]|[;:]-?[)pP](?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
# After which a first person is somebody else's, or nobody's.
_FOREIGN = re.compile(
    r"""\b(?:sa(?:id|ys?|ying)|told|tells|asked|asks|wrote|writes|quot\w*|claims?|according|song|lyrics?|sings?
        |if|unless|imagine|pretend\w*|suppos\w*|assum\w*|would|wish\w*|roleplay\w*|character|story|example|e\.g
        |as\ though|let's\ say|translate|mean(?:s|t)?|dreamed|dreamt|read
        |sag(?:t|te|en)|meinte|meint|schrieb|schreibt|fragt\w*|zitat|wenn|falls|stell\ dir|angenommen|würde|wäre
        |hätte|beispiel|z\.\ ?b|übersetz\w*|heißt\ es
        |dit|disait|disent|écrit|demande|si|imagine\w*|suppos\w*|exemple|serait|aurait|tradui\w*
        |dijo|dice|dicen|escribió|pregunt\w*|imagina|supón|supongamos|ejemplo|sería|tendría|traduc\w*)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE = re.compile(
    r"""\S(?:[^.!?…\n]
        |(?<=\b[A-Z])\.|(?<=\bSt)\.|(?<=\bDr)\.|(?<=\bMr)\.|(?<=\bMs)\.|(?<=\bMrs)\.|(?<=\bProf)\.
        |[.!?…](?=[^\s.!?…\"”“»)]))*[.!?…\"”“»)]*""",
    re.VERBOSE,
)


class Sentence(Struct, frozen=True):
    """A sentence that its author says in their own voice. ``quoted``: ranges of it within marks of
    quotation.
    """

    text: str
    quoted: tuple[tuple[int, int], ...]

    def own(self, at: int) -> bool:
        """Whether what begins there is no quotation."""
        return not any(start <= at < end for start, end in self.quoted)


def own_text(html: str) -> str:
    """A post or line as plain text, without what it quotes or shows as code."""
    before = ""
    while before != html:
        before, html = html, _QUOTED_HTML.sub("\n", html)
    return _QUOTED_LINE.sub("", html_to_text(html)).strip()


def sentences(text: str) -> Iterator[Sentence]:
    """What somebody says of themselves in earnest could stand in these: no questions, nothing that
    is reported, supposed or played; nothing at all of a message that is marked as a joke.
    """
    if _JOKE.search(text):
        return
    for found in _SENTENCE.finditer(text):
        one = found.group().strip()
        if "?" in one or "¿" in one or _FOREIGN.search(one.replace("’", "'")):
            continue
        yield Sentence(one, tuple(mark.span() for mark in _QUOTED.finditer(one)))


def stands(span: str, text: str) -> bool:
    """Whether a note still stands, word for word, in what its author says in their own voice."""
    wanted = " ".join(span.split())
    for one in sentences(text):
        flat = " ".join(one.text.split())
        at = flat.find(wanted)
        if wanted and at >= 0 and one.own(at):
            return True
    return False
