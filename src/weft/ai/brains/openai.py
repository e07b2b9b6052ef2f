"""The engine for every model server that speaks OpenAI's API: Ollama, vLLM, llama.cpp, a service.

See `brains.chat` for how it is spoken to.
"""

from __future__ import annotations

import re

from weft.ai.brains import cite, grounded, judge, phrases, prompt
from weft.ai.brains.bounded import within_bounds
from weft.ai.brains.chat import TIMEOUT_SECONDS, Chat, available
from weft.ai.brains.port import Answer, Ask, BrainRefused, Source
from weft.ai.knowledge.chunks import sentences

__all__ = ["OpenAIBrain", "available", "tidy"]

_THOUGHTS = re.compile(r"<think(?:ing)?>[\s\S]*?(?:</think(?:ing)?>|\Z)", re.IGNORECASE)
_MARKUP = (
    (re.compile(r"!?\[([^\]\n]*)\]\((\S+?)\)"), r"\1 \2"),
    (re.compile(r"^\s{0,3}#{1,6}\s+", re.MULTILINE), ""),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"</?data>|<\|[^|>\n]{1,40}\|>", re.IGNORECASE), ""),
)


class OpenAIBrain:
    """See `port.Brain`. ``base_url`` is the address that ends in ``/v1`` with most servers.

    Raises WeftError at once when the extra is not installed or the address is none.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        timeout: float = TIMEOUT_SECONDS,
        max_retries: int = 0,
    ) -> None:
        # Retries are the turn's job (a durable one), so the client makes none by itself.
        self.name = model
        self._chat = Chat(base_url, model, api_key, timeout, max_retries)

    async def answer(self, ask: Ask) -> Answer:
        return await within_bounds(ask, self.name, self._think)

    async def close(self) -> None:
        await self._chat.close()

    async def complete(self, told: prompt.Prompt, max_tokens: int) -> str:
        """What the model writes to that, as plain text. Raises as ``answer``."""
        response = await self._chat.request(
            [("system", told.system), ("user", told.user)], max_tokens
        )
        return tidy(response.text or "")

    async def _think(self, ask: Ask) -> Answer:
        told = prompt.build(ask)
        response = await self._chat.request(
            [("system", told.system), ("user", told.user)], ask.max_tokens
        )
        cut_off = response.finish_reason == "length"
        text = tidy(response.text or "", cut_off=cut_off)
        if not text:
            spent = " within its tokens; it may think too long" if cut_off else ""
            raise BrainRefused("The model gave no answer.", cause=f"{self.name}: no text{spent}")
        act, text = judge.read(text, ask.call)
        sources: tuple[Source, ...] = ()
        if act == "speak":
            shown = prompt.shown(ask)
            text, sources = cite.cited(grounded.checked(ask, text, shown), shown)
            if not text:
                act, text = "decline", phrases.say(ask.persona, "none")
        return Answer(
            act,
            cite.with_sources(text, sources),
            sources,
            model=self.name,
            tokens_in=response.usage.input_tokens,
            tokens_out=response.usage.output_tokens,
        )


def tidy(text: str, *, cut_off: bool = False) -> str:
    """A model's text as a post: without its thinking, Markdown, control characters and, when it was
    cut off at its limit, without the sentence that has no end.
    """
    text = _THOUGHTS.sub("", text)
    for pattern, new in _MARKUP:
        text = pattern.sub(new, text)
    text = "".join(c for c in text if c == "\n" or c.isprintable())
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    if cut_off and text:
        last = sentences(text)[-1]
        if last and last[-1] not in ".!?…。！？" and last != text:
            text = text[: text.rindex(last)].rstrip()
        elif last == text:
            text += "…"
    return text
