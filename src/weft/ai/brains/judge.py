"""A model's own judgement, in the same call as its draft: speak, react, or stay silent.

Asked for where nobody called the AI. A model that says nothing usable is taken as silent, but where
the line was most likely for it (``meant``): there plain words are an answer.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec
from msgspec import Struct

from weft.ai.brains.port import Call

Act = Literal["speak", "react", "silent"]

RULES: dict[Call, str] = {
    "called": "",
    "meant": """\
- Nobody said your name, but this is most likely said to you. If it is not, stay silent.
""",
    "unasked": """\
- Nobody called you. Speak only if you surely know something that helps those who talk, and that \
nobody has said yet; never for its own sake, never about people's feelings or conflicts, never to \
correct somebody. Else stay silent. Silence is the usual choice.
""",
}
FORM = """\
- Answer with one JSON object and nothing else: {"act": "speak", "text": "what you say"}, \
{"act": "react", "text": "one emoji"} or {"act": "silent"}.
"""

_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


class _Judged(Struct):
    act: Act
    text: str = ""


def read(text: str, call: Call) -> tuple[Act, str]:
    """(what it does, what it says). Small models wrap their JSON in words and fences."""
    if call == "called":
        return "speak", text
    found = _OBJECT.search(text)
    if found is None:
        return ("speak", text) if call == "meant" and "{" not in text else ("silent", "")
    try:
        judged = msgspec.json.decode(found.group(), type=_Judged)
    except msgspec.MsgspecError:
        return "silent", ""
    said = judged.text.strip()
    return (judged.act, said) if said else ("silent", "")
