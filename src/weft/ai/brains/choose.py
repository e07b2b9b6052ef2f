"""Which engine answers for which AI: the server's model when it has one, else quotes."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from weft.ai import speech
from weft.ai.brains.engine import open_brain
from weft.ai.brains.port import Answer, Ask, Brain
from weft.ai.brains.quotes import QuotesBrain
from weft.ai.model import Engine


class ModelSettings(Protocol):
    """The part of `weft.settings.Settings` that is about models."""

    @property
    def model_url(self) -> str: ...
    @property
    def model_name(self) -> str: ...
    @property
    def model_key(self) -> str: ...
    @property
    def model_file(self) -> str: ...


class NoModel:
    """Stands in for a model where there is none: it says so, at once."""

    name = ""

    async def answer(self, ask: Ask) -> Answer:
        del ask
        return Answer("decline", speech.no_model())

    async def close(self) -> None:
        """Nothing is held."""


class Brains:
    """The engines of a server. ``model``: None when it has none. Used as ``async with`` or
    closed by ``close``.
    """

    def __init__(self, model: Brain | None = None) -> None:
        self._quotes = QuotesBrain()
        self._model = model

    def get(self, engine: Engine) -> Brain:
        """``quotes`` never uses a model; ``model`` never answers without one; ``auto`` takes
        what there is.
        """
        if engine == "quotes":
            return self._quotes
        return self._model or (NoModel() if engine == "model" else self._quotes)

    async def close(self) -> None:
        if self._model is not None:
            await self._model.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def brains_for(settings: ModelSettings) -> Brains:
    """The engines that the settings ask for. Cheap; what is missing (an extra, a file, a model's
    name) is raised here as WeftError.
    """
    if not settings.model_url and not settings.model_file:
        return Brains()
    return Brains(
        open_brain(
            model_url=settings.model_url,
            model_name=settings.model_name,
            model_key=settings.model_key,
            model_file=settings.model_file,
        )
    )
