"""JSON in the one form in which it is hashed: the JSON Canonicalization Scheme (RFC 8785).

Keys are sorted by their UTF-16 code units, numbers are doubles written as ECMAScript does, and there
is no space. Two parties that read the same document get the same bytes, however it came.
"""

import math
import re
from json.encoder import encode_basestring
from typing import Any

# Beyond it not every integer is a double; what JavaScript would read is then another number.
_EXACT = 2**53
_DIGITS = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?")
# Where ECMAScript begins to write exponents (Number::toString, steps 7 to 9).
_LARGEST, _SMALLEST = 21, -6


class NotCanonical(ValueError):
    """There is no such form: a number beyond doubles, half a character."""


def canonical(value: Any) -> bytes:
    """The canonical form of a JSON value. Errors: NotCanonical."""
    parts: list[str] = []
    try:
        _write(value, parts.append)
        return "".join(parts).encode()
    except (UnicodeEncodeError, RecursionError, OverflowError) as error:
        raise NotCanonical(str(error)) from None


def _write(value: Any, out: Any) -> None:
    if isinstance(value, str):
        out(encode_basestring(value))
    elif isinstance(value, dict):
        before = "{"
        # Nearly all keys are ASCII, which sorts alike in every encoding.
        for key in sorted(value, key=None if "".join(value).isascii() else _order):
            out(before)
            out(encode_basestring(key))
            out(":")
            _write(value[key], out)
            before = ","
        out("}" if value else "{}")
    elif isinstance(value, list):
        before = "["
        for item in value:
            out(before)
            _write(item, out)
            before = ","
        out("]" if value else "[]")
    elif value is None:
        out("null")
    elif isinstance(value, bool):
        out("true" if value else "false")
    elif isinstance(value, int) and -_EXACT <= value <= _EXACT:
        out(str(value))
    else:
        out(number(float(value)))


def _order(key: str) -> bytes:
    return key.encode("utf-16-be")


def number(value: float) -> str:
    """A double as ECMAScript writes it: the fewest digits that give it back. Errors: NotCanonical
    for what is no number.
    """
    if not math.isfinite(value):
        raise NotCanonical("no number")
    if value == 0:
        return "0"  # also the negative one
    match = _DIGITS.fullmatch(repr(value))
    assert match is not None  # noqa: S101 - so repr writes every finite float
    sign, whole, fraction, exponent = match.groups(default="")
    digits = (whole + fraction).lstrip("0")
    # The value is 0.DIGITS times ten to the power of ``point``.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= _LARGEST:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= _LARGEST:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if _SMALLEST < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    mantissa = digits[0] + (f".{digits[1:]}" if digits[1:] else "")
    return f"{sign}{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"
