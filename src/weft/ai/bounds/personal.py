"""Personal data in a text: e-mail addresses, phone numbers, bank accounts, cards.

Rules and check sums, no model: what they find is foreseeable. Published account lengths are those
of the IBAN registry (ISO 13616), card numbers are checked by Luhn's formula (ISO/IEC 7812).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from weft.ai.bounds.fold import fold

LEFT_OUT = "(left out)"
_AGAIN = 5
"""What was left out may bring two others together; this often is enough for any text."""

_AT = r"(?:@|\s?[\[(]\s?(?:at|ät)\s?[\])]\s?|\s(?:at|ät)\s)"
_DOT = r"(?:\.|\s?[\[(]\s?(?:dot|punkt)\s?[\])]\s?|\sdot\s)"
_EMAIL = re.compile(
    rf"(?<![\w@＠.+-])[\w.+%-]{{1,64}}(?:@(?:[\w-]{{1,63}}{_DOT}){{1,4}}[a-z]{{2,24}}"
    rf"|{_AT}(?:[\w-]{{1,63}}{_DOT}){{1,4}}[a-z]{{2,24}})\b"
)
_PHONE = re.compile(r"(?<![\w.,/])[+(]?\d(?:[\s().\-/]{0,2}\d){6,16}(?![\w])")
_GROUPED = re.compile(r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$")
_ACCOUNT = re.compile(r"(?<![^\W_])[a-z]{2}\d{2}(?:[ \-.]?[a-z0-9]){11,30}")
_CARD = re.compile(r"(?<!\d)[3-6]\d{3}(?:[ \-.]?\d){9,15}(?!\d)")
_LENGTHS = {
    code: int(size)
    for code, size in re.findall(
        r"([a-z]{2})(\d{2})",
        "ad24ae23al28at20az28ba20be16bg22bh22br29by28ch21cr22cy28cz24de22dk18do28ee20eg29es24fi18"
        "fo18fr27gb22ge22gi23gl18gr27gt28hr21hu28ie22il23iq23is26it27jo30kw30kz20lb28lc32li21lt20"
        "lu20lv21mc27md24me22mk19mr27mt31mu30nl18no15pk24pl28ps29pt25qa29ro24rs22sa24sc31se24si19"
        "sk24sm27st25sv28tl23tn24tr26ua29va22vg24xk20",
    )
}


def found(text: str) -> list[str]:
    """What there is of it, each as only its letters and digits."""
    folded = fold(text).text
    return [_bare(folded[start:stop]) for start, stop in _spans(folded)]


def without(text: str, allowed: Collection[str] = ()) -> str:
    """The text without personal data, but for what stands in ``allowed`` (as `found` gives it)."""
    for _ in range(_AGAIN):
        folded = fold(text)
        spans = [
            folded.span(start, stop)
            for start, stop in _spans(folded.text)
            if _bare(folded.text[start:stop]) not in allowed
        ]
        if not spans:
            return text
        parts: list[str] = []
        end = 0
        for start, stop in spans:
            if start >= end:
                parts += [text[end:start], LEFT_OUT]
                end = stop
        text = "".join([*parts, text[end:]])
    return text


def among(texts: Iterable[str]) -> set[str]:
    """All that stands in these texts, as ``allowed`` takes it."""
    return {one for text in texts for one in found(text)}


def _spans(folded: str) -> list[tuple[int, int]]:
    spans = [match.span() for match in _EMAIL.finditer(folded)]
    if any(char.isdigit() for char in folded):
        spans += [span for m in _ACCOUNT.finditer(folded) if (span := _iban(m)) is not None]
        spans += [m.span() for m in _CARD.finditer(folded) if _luhn(_bare(m.group()))]
        spans += [m.span() for m in _PHONE.finditer(folded) if _is_phone(m.group())]
    return sorted(spans)


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _is_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    if text.startswith("+") or digits.startswith("00"):
        return 8 <= len(digits) <= 17
    if digits.startswith("0"):
        return 9 <= len(digits) <= 13
    return bool(_GROUPED.match(text.strip()))


def _iban(match: re.Match[str]) -> tuple[int, int] | None:
    size = _LENGTHS.get(match.group()[:2])
    if size is None:
        return None
    taken = 0
    for place, char in enumerate(match.group()):
        taken += char.isalnum()
        if taken == size:
            account = _bare(match.group()[: place + 1])
            turned = account[4:] + account[:4]
            number = int("".join(str(int(one, 36)) for one in turned))
            return (match.start(), match.start() + place + 1) if number % 97 == 1 else None
    return None


def _luhn(digits: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        one = int(char) * (1 + place % 2)
        total += one - 9 if one > 9 else one
    return total % 10 == 0
