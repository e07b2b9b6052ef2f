"""Posts in other languages, by a translation server that speaks LibreTranslate's API.

https://docs.libretranslate.com/: ``GET /languages``, ``POST /translate``. The admin says where it
is; what it answers is a stranger's text all the same: bounded, and cleaned by whoever shows it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from weft.kernel.errors import Forbidden, WeftError
from weft.net.client import Client

PROVIDER = "LibreTranslate"
"""What readers are told made it."""
SECONDS = 15.0
"""How long a reader waits; a small model on a processor takes about a second for a paragraph."""
ANSWER_MAX = 1024 * 1024
"""Bytes of an answer: the longest post, in the widest script, with its options and alt texts."""
LANGUAGES_FRESH_S = 3_600.0
"""How old the list of languages may be: it changes when the admin installs one."""
KEPT_MAX = 256
"""Translations that are kept: a post that many read is translated once. About 2 kB each."""
UNKNOWN = "und"
"""Mastodon's name for the language of a post that says none."""

T = TypeVar("T")


class Translated(NamedTuple):
    """``texts`` in the order given; ``source``: the language they were in."""

    texts: list[str]
    source: str


class _Language(Struct):
    code: str
    targets: list[str] = []


class _Detected(Struct):
    language: str


class _Answer(Struct):
    translatedText: list[str]  # noqa: N815 - LibreTranslate's name
    detectedLanguage: list[_Detected] | _Detected | None = None  # noqa: N815 - likewise


class Failed(WeftError):
    """The translation server did not answer as it should; it may, later."""

    status = 503

    def __init__(self, cause: str) -> None:
        super().__init__("Service Unavailable", cause=cause)


class Translator:
    """``client`` reaches the server at ``url``; ``key``: its key, if it wants one."""

    def __init__(self, client: Client, url: str, key: str = "") -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._key = key
        self._pairs: tuple[float, dict[str, list[str]]] | None = None
        self._kept: OrderedDict[tuple[str, str, tuple[str, ...]], Translated] = OrderedDict()

    async def languages(self) -> dict[str, list[str]]:
        """From which languages into which; `UNKNOWN`: into which whatever it is. Errors: Failed."""
        if self._pairs is not None and self._pairs[0] > time.monotonic():
            return self._pairs[1]
        try:
            answer = await self._client.get(
                f"{self._url}/languages",
                accept="application/json",
                max_bytes=ANSWER_MAX,
                timeout=SECONDS,
            )
        except WeftError as fault:
            raise Failed(fault.cause) from fault
        known = _decode(answer.status, answer.body, list[_Language])
        pairs = {
            one.code: sorted(target for target in one.targets if target != one.code)
            for one in known
        }
        pairs[UNKNOWN] = sorted({target for targets in pairs.values() for target in targets})
        self._pairs = time.monotonic() + LANGUAGES_FRESH_S, pairs
        return pairs

    async def pair(self, source: str | None, target: str) -> tuple[str, str]:
        """(source, target) as the server spells them. Errors: Forbidden, when it has no such pair;
        Failed.
        """
        pairs = await self.languages()
        given = _spelled(source, pairs) if source else UNKNOWN
        wanted = _spelled(target, pairs.get(given or "", ()))
        if given is None or wanted is None:
            raise Forbidden
        return given, wanted

    async def translate(self, texts: list[str], source: str, target: str) -> Translated:
        """Translate pieces of HTML, between languages that ``pair`` gave. Errors: Failed."""
        wanted = (source, target, tuple(texts))
        if wanted in self._kept:
            self._kept.move_to_end(wanted)
            return self._kept[wanted]
        asked: dict[str, Any] = {
            "q": texts,
            "source": "auto" if source == UNKNOWN else source,
            "target": target,
            "format": "html",
        }
        if self._key:
            asked["api_key"] = self._key
        try:
            answer = await self._client.post(
                f"{self._url}/translate",
                msgspec.json.encode(asked),
                "application/json",
                timeout=SECONDS,
                max_bytes=ANSWER_MAX,
            )
        except WeftError as fault:
            raise Failed(fault.cause) from fault
        told = _decode(answer.status, answer.body, _Answer)
        if len(told.translatedText) != len(texts):
            raise Failed(f"{len(told.translatedText)} texts for {len(texts)}")
        detected = told.detectedLanguage
        first = (detected[0] if detected else None) if isinstance(detected, list) else detected
        if source == UNKNOWN and first is not None:
            source = first.language
        self._kept[wanted] = made = Translated(told.translatedText, source)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return made


def _decode(status: int, body: bytes, type_: type[T]) -> T:
    if status != 200:
        raise Failed(f"HTTP {status}: {body[:200]!r}")
    try:
        return msgspec.json.decode(body, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Failed(f"no answer of a translation server: {fault}") from fault


def _spelled(code: str, known: Any) -> str | None:
    """``pt-BR`` is ``pt`` where only that is known, and the other way round."""
    folded = {one.lower(): one for one in known}
    wanted = code.lower().replace("_", "-")
    base = wanted.partition("-")[0]
    near = (one for fold, one in folded.items() if fold.partition("-")[0] == base)
    return folded.get(wanted) or folded.get(base) or next(near, None)
