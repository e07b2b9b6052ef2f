"""Bytes as text in base 58 (Bitcoin's alphabet) with a ``z`` in front.

Source: https://www.w3.org/TR/cid-1.0/#multibase-0
"""

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}


def encode(raw: bytes) -> str:
    number = int.from_bytes(raw)
    letters: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        letters.append(_ALPHABET[digit])
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(letters))


def decode(text: str) -> bytes:
    """Errors: ValueError for another base and for letters that are none. Takes the square of the
    length: bound it first.
    """
    if not text.startswith("z"):
        raise ValueError("not in base 58")
    number = 0
    for letter in text[1:]:
        value = _VALUES.get(letter)
        if value is None:
            raise ValueError("not in base 58")
        number = number * 58 + value
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
