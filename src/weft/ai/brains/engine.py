"""Which engine the settings ask for."""

from __future__ import annotations

from pathlib import Path

from weft.ai.brains.local import LocalBrain
from weft.ai.brains.openai import OpenAIBrain
from weft.ai.brains.port import Brain
from weft.ai.brains.quotes import QuotesBrain
from weft.kernel.errors import WeftError


def open_brain(
    *, model_url: str = "", model_name: str = "", model_key: str = "", model_file: str = ""
) -> Brain:
    """A model server when its address is given, else a model file, else quotes.

    Cheap: nothing is imported, connected or loaded before the first question. Raises WeftError
    when an extra, the model's name or the file is missing.
    """
    if model_url:
        if not model_name:
            raise WeftError("model_url is set, but not model_name: which model shall answer?")
        return OpenAIBrain(model_url, model_name, model_key)
    if model_file:
        return LocalBrain(Path(model_file).expanduser())
    return QuotesBrain()
