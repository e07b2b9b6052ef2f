"""What few posts say besides: further languages, opt-outs, and when they are to go.

Sources: ActivityStreams 2.0, section 4.7 (``contentMap`` and its kin); FEP-5e53 (``xRobotsTag``,
``secGPC``); Fedibird's ``expiry``, Hubzilla's ``expires``, and ``endTime``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from weft.federation import limits, plain
from weft.federation.plain import Json
from weft.threads import signals

_MAPPED = ("content", "summary", "name")
_ROBOTS = ("xRobotsTag", "webStandards:xRobotsTag", "privacyHeaders:xRobotsTag")
_GPC = ("secGPC", "webStandards:secGPC", "privacyHeaders:secGPC")
_EXPIRY = ("expiry", "fedibird:expiry", "toot:expiry", "expires")


def read_extras(
    document: Json, original: str | None, words: Callable[[Json], tuple[str, str]]
) -> dict[str, Any]:
    """Columns of ``post_details``, those that there is something for. ``original``: the language of
    the post itself; ``words``: a document in one language to its (safe HTML, content warning).
    """
    found: dict[str, Any] = {}
    languages = _languages(document, original, words)
    if languages:
        found["content_map"] = languages
    asked = read_signals(document)
    if asked:
        found["signals"] = asked
    return found


def read_signals(document: Json) -> list[str]:
    """What its author asks of machines: words of ``threads.signals``."""
    given = [item for name in _ROBOTS for item in plain.items(document.get(name), 20)]
    gpc = [plain.first(document[name]) for name in _GPC if name in document]
    if not given and not gpc:
        return []
    found = set(signals.read(",".join(plain.text(item)[:200] for item in given)))
    if any(value in (1, True, "1", "true") for value in gpc if not isinstance(value, (dict, list))):
        found.add(signals.GPC)
    return sorted(found)


def read_expiry(document: Json, named: str, published: int | None) -> int | None:
    """When a post is to go (ms). Of anything but a note ``endTime`` is something else's end."""
    told = next((at for name in _EXPIRY if (at := plain.date(document.get(name)))), None)
    if told is None and named == "Note":
        told = plain.date(document.get("endTime"))
    return told if told is not None and told > (published or 0) else None


def _languages(
    document: Json, original: str | None, words: Callable[[Json], tuple[str, str]]
) -> dict[str, Any]:
    maps: dict[str, Json] = {
        name: by_language
        for name in _MAPPED
        if isinstance(by_language := plain.first(document.get(f"{name}Map")), dict)
    }
    if all(len(by_language) < 2 for by_language in maps.values()):
        return {}
    found: dict[str, Any] = {}
    room = limits.HTML_CHARS
    tags = dict.fromkeys(tag for by_language in maps.values() for tag in list(by_language)[:50])
    for given in tags:
        tag = plain.language_of(given)
        if "content" in maps and given not in maps["content"]:
            continue  # only a title or a warning of it
        if tag is None or tag in (original, "und") or len(found) == limits.LANGUAGES:
            continue
        html, spoiler = words(_in_language(document, maps, given))
        room -= len(html)
        if room < 0:
            break
        if html or spoiler:
            found[tag] = {"html": html, "spoiler": spoiler}
    return found


def _in_language(document: Json, maps: dict[str, Json], tag: str) -> Json:
    """The document as if it were in this language alone. What has no words in it is left out, but
    for a title, which is better than none.
    """
    one = {**document, **dict.fromkeys(f"{name}Map" for name in _MAPPED)}
    for name, by_language in maps.items():
        if name != "name" or tag in by_language:
            one[name] = by_language.get(tag)
    return one
