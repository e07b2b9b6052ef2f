"""The engine for every model server that speaks OpenAI's API: Ollama, vLLM, llama.cpp, a service.

pydantic-ai does the talking (https://ai.pydantic.dev, the extra ``weft[ai]``). It is imported when
the first question comes, because that takes a second and 70 MB which a server without a model
should not pay.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from weft.ai.brains import cite, grounded, judge, phrases, prompt
from weft.ai.brains.bounded import within_bounds
from weft.ai.brains.port import Answer, Ask, BrainRefused, BrainUnavailable, Source
from weft.ai.knowledge.chunks import sentences
from weft.kernel.errors import WeftError

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse

# A small model on an ordinary processor writes a few sentences in half a minute; what takes four
# times that will not come.
TIMEOUT_SECONDS = 120.0
# A model server is near, or it is not there.
_CONNECT_SECONDS = 5.0
# The statuses that pass by themselves: timeout, conflict, too early, too many.
_PASSING = frozenset({408, 409, 425, 429})
_MISSING = "This needs the AI extra: pip install 'weft[ai]'"

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
        address = urlsplit(base_url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise WeftError(f"The model server's address is no web address: {base_url!r}")
        if not available():
            raise WeftError(_MISSING)
        self.name = model
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._timeout = timeout
        self._max_retries = max_retries
        self._host = address.hostname
        self._model: Any = None
        self._client: Any = None

    async def answer(self, ask: Ask) -> Answer:
        return await within_bounds(ask, self.name, self._think)

    async def close(self) -> None:
        client, self._client, self._model = self._client, None, None
        if client is not None:
            await client.close()

    async def complete(self, told: prompt.Prompt, max_tokens: int) -> str:
        """What the model writes to that, as plain text. Raises as ``answer``."""
        response = await self._request(told, max_tokens)
        return tidy(response.text or "")

    async def _think(self, ask: Ask) -> Answer:
        told = prompt.build(ask)
        response = await self._request(told, ask.max_tokens)
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

    async def _request(self, told: prompt.Prompt, max_tokens: int) -> ModelResponse:
        from openai import APIError
        from pydantic_ai.direct import model_request
        from pydantic_ai.exceptions import (
            AgentRunError,
            ContentFilterError,
            ModelHTTPError,
        )
        from pydantic_ai.messages import ModelRequest, SystemPromptPart, UserPromptPart
        from pydantic_ai.settings import ModelSettings

        request = ModelRequest([SystemPromptPart(told.system), UserPromptPart(told.user)])
        try:
            async with asyncio.timeout(self._timeout + _CONNECT_SECONDS):
                return await model_request(
                    self._opened(),
                    [request],
                    model_settings=ModelSettings(max_tokens=max_tokens, timeout=self._timeout),
                )
        except ModelHTTPError as wrong:
            cause = f"{self.name}: HTTP {wrong.status_code}"
            if wrong.status_code in _PASSING or wrong.status_code >= 500:
                raise BrainUnavailable(
                    "The model server is busy or broken.", cause=cause
                ) from wrong
            raise BrainRefused("The model server refused the question.", cause=cause) from wrong
        except ContentFilterError as wrong:
            raise BrainRefused(
                "The model server refused the question.", cause=str(wrong)
            ) from wrong
        except (AgentRunError, APIError, OSError, ValueError, TypeError, AttributeError) as wrong:
            # The last three are what the client makes of an answer that is no OpenAI answer.
            cause = f"{self.name}: {type(wrong).__name__}"
            raise BrainUnavailable("The model server cannot be reached.", cause=cause) from wrong

    def _opened(self) -> Any:
        if self._model is None:
            from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout
            from pydantic_ai.models.openai import OpenAIChatModel
            from pydantic_ai.profiles.openai import OpenAIModelProfile
            from pydantic_ai.providers.openai import OpenAIProvider

            nearby = self._host in {"localhost", "::1"} or self._host.startswith("127.")
            self._client = AsyncOpenAI(
                base_url=self._base_url,
                # The client insists on a key; most servers at home want none.
                api_key=self._api_key or "none",
                max_retries=self._max_retries,
                timeout=Timeout(self._timeout, connect=_CONNECT_SECONDS),
                # A proxy from the environment is for the world outside, not for this machine.
                http_client=DefaultAsyncHttpxClient(trust_env=not nearby),
            )
            provider = OpenAIProvider(openai_client=self._client)
            profile = OpenAIModelProfile(
                # The library would make text of a thought that has no end; `tidy` takes them out.
                thinking_tags=("\0<", "\0>"),
                # OpenAI's own new name for max_tokens; Ollama and others know only the old one.
                openai_chat_supports_max_completion_tokens=self._host.endswith("openai.com"),
            )
            self._model = OpenAIChatModel(self.name, provider=provider, profile=profile)
        return self._model


def available() -> bool:
    """Whether the extra is installed, without importing it."""
    from importlib.util import find_spec

    return find_spec("pydantic_ai") is not None and find_spec("openai") is not None


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
