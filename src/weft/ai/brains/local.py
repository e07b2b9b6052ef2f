"""A model inside Weft's own process: llama.cpp by xllamacpp (the extra ``weft[local]``).

It runs any GGUF file and opens an OpenAI-compatible port on loopback, behind a key that only this
process knows, so that the one adapter (`brains.openai`) serves it like every other model server.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from weft.ai.brains.openai import OpenAIBrain
from weft.ai.brains.port import Answer, Ask, BrainRefused
from weft.ai.brains.prompt import Prompt
from weft.kernel.errors import WeftError

# Our prompts fit into this (see `brains.prompt`), and small models cost memory by the token.
CONTEXT_TOKENS = 4_096
# Answers made at the same time; more only makes each of them slower.
_PARALLEL = 2
# A running server needs the other processors.
_MAX_THREADS = 8
_MISSING = "This needs the local model extra: pip install 'weft[local]'"


class LocalBrain:
    """See `port.Brain`. The model is loaded by the first question (or `start`) and stays until
    `close`. Raises WeftError at once when the extra or the file is missing.
    """

    def __init__(self, path: Path, context_tokens: int = CONTEXT_TOKENS) -> None:
        if find_spec("xllamacpp") is None:
            raise WeftError(_MISSING)
        if not path.is_file():
            raise WeftError(f"There is no model file {path}. See: weft model pull")
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise WeftError(f"{path} is no GGUF file.")
        self.name = path.stem
        self._path = path
        self._context_tokens = context_tokens
        self._lock = asyncio.Lock()
        self._server: Any = None
        self._brain: OpenAIBrain | None = None

    @property
    def base_url(self) -> str:
        """The address of the running engine's OpenAI API; empty when it does not run."""
        return f"{self._server.listening_address}/v1" if self._server else ""

    async def answer(self, ask: Ask) -> Answer:
        return await (await self.start()).answer(ask)

    async def complete(self, told: Prompt, max_tokens: int) -> str:
        """As of the brain that talks to it."""
        return await (await self.start()).complete(told, max_tokens)

    async def start(self) -> OpenAIBrain:
        """Loads the model, once; gives the brain that talks to it."""
        async with self._lock:
            if self._brain is None:
                key = secrets.token_urlsafe(24)
                self._server = await asyncio.to_thread(self._serve, key)
                self._brain = OpenAIBrain(self.base_url, self.name, key)
            return self._brain

    async def close(self) -> None:
        async with self._lock:
            brain, self._brain = self._brain, None
            if brain is not None:
                await brain.close()
            # The engine has no stop of its own: letting go of the last reference joins its threads.
            held, self._server = [self._server], None
            await asyncio.to_thread(held.clear)

    def _serve(self, key: str) -> Any:
        # Any: the package has no type information.
        xllamacpp: Any = import_module("xllamacpp")
        params = xllamacpp.CommonParams()
        params.model.path = str(self._path)
        params.model_alias = {self.name}
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.api_keys = [key]
        params.offline = True
        params.ui = False
        params.endpoint_slots = False
        params.cors_origins = ""
        params.verbosity = 0
        params.warmup = False
        # Models of a few billion parameters would spend all their tokens on thinking.
        params.default_template_kwargs = {"enable_thinking": "false"}
        # llama.cpp shares the context among its slots.
        params.n_ctx = self._context_tokens * _PARALLEL
        params.n_parallel = _PARALLEL
        threads = max(1, min(_MAX_THREADS, (os.cpu_count() or 2) - 1))
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        try:
            return xllamacpp.Server(params)
        except RuntimeError as wrong:
            raise BrainRefused(
                f"The model {self.name} cannot be loaded.", cause=str(wrong)
            ) from wrong
