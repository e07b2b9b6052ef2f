"""A guard model behind an OpenAI-compatible address: it judges what comes in and what goes out.

Guard models answer in words of their own. Understood are Llama Guard's and ShieldGemma's ("safe", or "unsafe" and
its categories below), Qwen3Guard's ("Safety: Unsafe", "Categories: …"), and those that take a policy as
text, as gpt-oss-safeguard does ("1" or {"violation": 1}). Anything else is no verdict, and no verdict
is treated as a guard that is away: whoever was asked tries again and then declines; characters and
AIs that nobody asked say nothing.

https://github.com/meta-llama/PurpleLlama, https://github.com/QwenLM/Qwen3Guard,
https://cookbook.openai.com/articles/gpt-oss-safeguard-guide
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from weft.ai.brains.chat import Chat, Said
from weft.ai.brains.openai import tidy
from weft.ai.brains.port import BrainUnavailable

TIMEOUT_SECONDS = 30.0
"""A guard writes a word or two."""
MAX_TOKENS = 512
"""A policy model thinks first; the others stop after their word."""
SHOWN = 6_000
"""Characters of question and answer each that it is shown."""
NO_ANSWER = "guard"

Verdict = Literal["safe", "unsafe"]

_WORD = re.compile(
    r"^\W*(?:safety|verdict|label|result)?\W*(unsafe|safe|controversial)\b", re.IGNORECASE
)
_OBJECT = re.compile(r"\{[^{}]*\}", re.DOTALL)
_NUMBER = re.compile(r"^\W*([01])\b")
_THOUGHTS = re.compile(r"<think(?:ing)?>[\s\S]*?(?:</think(?:ing)?>|\Z)", re.IGNORECASE)

POLICY_FORM = (
    "\n\nJudge only the last message by this policy. Answer with one JSON object and nothing else:"
    ' {"violation": 1} if it breaks the policy, {"violation": 0} if not.'
)


class Guard:
    """``policy``: a text for models that take one; "": the model brings its own. Raises WeftError at
    once when the AI extra is missing or the address is none.
    """

    def __init__(self, url: str, model: str, key: str = "", policy: str = "") -> None:
        self.name = model
        self._policy = policy.strip()
        self._chat = Chat(url, model, key, TIMEOUT_SECONDS)

    async def check(self, question: str, answer: str | None = None) -> Verdict:
        """Whether a question may be answered, or an answer to it may be said. Errors: BrainUnavailable
        (no verdict), BrainRefused (it will not judge this).
        """
        response = await self._chat.request(self._asked(question, answer), MAX_TOKENS)
        found = verdict(response.text or "")
        if found is None:
            raise BrainUnavailable("The guard gave no verdict.", cause=self.name)
        return found

    async def close(self) -> None:
        await self._chat.close()

    def _asked(self, question: str, answer: str | None) -> list[Said]:
        question = question[:SHOWN] or "…"
        if self._policy:
            said = (
                question
                if answer is None
                else f"Question:\n{question}\n\nAnswer:\n{answer[:SHOWN]}"
            )
            return [("system", self._policy + POLICY_FORM), ("user", said)]
        asked: list[Said] = [("user", question)]
        return asked if answer is None else [*asked, ("assistant", answer[:SHOWN])]


def verdict(text: str) -> Verdict | None:
    """What a guard model's answer means; None when it means nothing. "Controversial" is not safe."""
    text = _THOUGHTS.sub("", text).strip()
    if (found := _OBJECT.search(text)) is not None:
        return _of_object(found.group())
    if (word := _WORD.match(tidy(text))) is not None:
        return "safe" if word.group(1).lower() == "safe" else "unsafe"
    if (number := _NUMBER.match(text)) is not None:
        return "unsafe" if number.group(1) == "1" else "safe"
    return None


def _of_object(text: str) -> Verdict | None:
    try:
        given = msgspec.json.decode(text, type=dict[str, object])
    except msgspec.MsgspecError:
        return None
    for name in ("violation", "unsafe", "flagged"):
        if name in given:
            return "unsafe" if given[name] in (1, True, "1", "true", "yes") else "safe"
    said = given.get("safety", given.get("verdict"))
    return verdict(said) if isinstance(said, str) and "{" not in said else None
