"""Talking to a model server that speaks OpenAI's API: one way for engines and for guards.

pydantic-ai does the talking (https://ai.pydantic.dev, the extra ``weft[ai]``). It is imported when
the first question comes, because that takes a second and 70 MB which a server without a model
should not pay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from weft.ai.brains.port import BrainRefused, BrainUnavailable
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

Said = tuple[Literal["system", "user", "assistant"], str]


class Chat:
    """One model at one server. ``base_url`` is the address that ends in ``/v1`` with most servers.

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

    async def close(self) -> None:
        client, self._client, self._model = self._client, None, None
        if client is not None:
            await client.close()

    async def request(self, said: Sequence[Said], max_tokens: int) -> ModelResponse:
        """What the model says next. Errors: BrainUnavailable, BrainRefused."""
        from openai import APIError
        from pydantic_ai.direct import model_request
        from pydantic_ai.exceptions import (
            AgentRunError,
            ContentFilterError,
            ModelHTTPError,
        )
        from pydantic_ai.messages import (
            ModelMessage,
            ModelRequest,
            ModelResponse,
            SystemPromptPart,
            TextPart,
            UserPromptPart,
        )
        from pydantic_ai.settings import ModelSettings

        messages: list[ModelMessage] = []
        for role, text in said:
            if role == "assistant":
                messages.append(ModelResponse([TextPart(text)]))
            else:
                part = SystemPromptPart(text) if role == "system" else UserPromptPart(text)
                messages.append(ModelRequest([part]))
        try:
            async with asyncio.timeout(self._timeout + _CONNECT_SECONDS):
                return await model_request(
                    self._opened(),
                    messages,
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
