"""Model files: a few known ones, and fetching them so that what arrives is what was meant."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from weft.kernel.errors import WeftError
from weft.net.client import Client

# Larger models than this do not run well without a machine made for them.
MAX_MODEL_BYTES = 64 * 2**30
# Room to leave on the disk, for the database and its log.
_SPARE_BYTES = 512 * 2**20

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HUB = "https://huggingface.co"


class Model(Struct, frozen=True):
    """``size`` in bytes; ``about`` says whom it is for. The address names a fixed revision."""

    url: str
    sha256: str
    size: int
    licence: str
    about: str

    @property
    def file(self) -> str:
        return _file_of(self.url)


# All Apache-2.0, without registration. Hashes and sizes as the hub's file store gives them for these
# revisions, compared with those that several independent projects have pinned.
KNOWN: dict[str, Model] = {
    "qwen3-0.6b": Model(
        f"{_HUB}/Qwen/Qwen3-0.6B-GGUF/resolve/23749fefcc72300e3a2ad315e1317431b06b590a/Qwen3-0.6B-Q8_0.gguf",
        "9465e63a22add5354d9bb4b99e90117043c7124007664907259bd16d043bb031",
        639_446_688,
        "Apache-2.0",
        "for trying things out; 2 GB of memory",
    ),
    "smollm2-1.7b": Model(
        f"{_HUB}/HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF/resolve/2d4a76a30b4af41ecd395c35725ac11688d4cfe4/smollm2-1.7b-instruct-q4_k_m.gguf",
        "decd2598bc2c8ed08c19adc3c8fdd461ee19ed5708679d1c54ef54a5a30d4f33",
        1_055_609_536,
        "Apache-2.0",
        "English, quick; 3 GB of memory",
    ),
    "qwen3-1.7b": Model(
        f"{_HUB}/Qwen/Qwen3-1.7B-GGUF/resolve/90862c4b9d2787eaed51d12237eafdfe7c5f6077/Qwen3-1.7B-Q8_0.gguf",
        "061b54daade076b5d3362dac252678d17da8c68f07560be70818cace6590cb1a",
        1_834_426_016,
        "Apache-2.0",
        "many languages; 4 GB of memory",
    ),
    "qwen3-4b": Model(
        f"{_HUB}/bartowski/Qwen_Qwen3-4B-Instruct-2507-GGUF/resolve/ae44f08e1392f39c0e474af10c3ff8355c8b6688/Qwen_Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        "2fde00ce69dd4899c70d020845e2638353015bba0fdf161b3eb965f2bca4464e",
        2_497_280_736,
        "Apache-2.0",
        "many languages, good answers; 6 GB of memory",
    ),
}


async def pull(
    client: Client,
    what: str,
    folder: Path,
    *,
    sha256: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """The path of the model in ``folder``, downloaded when it is not there yet.

    ``what`` is a name from `KNOWN`, or an address that ends in .gguf, and then ``sha256`` is needed.
    An interrupted download goes on where it stopped. The file gets its name only when its hash is
    right. ``progress(have, whole)`` is called in bytes.

    Raises WeftError for an unknown name, a wrong hash or a full disk, and what `Client.download`
    raises.
    """
    model = _wanted(what, sha256.strip().lower())
    path = folder / model.file
    if await asyncio.to_thread(_hash_of, path) == model.sha256:
        return path
    # Part of the name, so that a part of one revision is never continued with another.
    part = folder / f"{model.file}.{model.sha256[:12]}.part"
    have = _prepared(folder, part, model)
    # One byte more than the known size tells a longer file from the right one.
    bound = model.size + 1 if model.size else MAX_MODEL_BYTES
    if not model.size or have < model.size:
        await client.download(model.url, part, max_bytes=bound, progress=progress)
    found = await asyncio.to_thread(_hash_of, part)
    if found != model.sha256:
        part.unlink()
        raise WeftError(
            "What arrived is not the model that was meant: its SHA-256 is "
            f"{found}, expected {model.sha256}. It was deleted."
        )
    part.replace(path)
    return path


def _wanted(what: str, sha256: str) -> Model:
    if known := KNOWN.get(what.lower()):
        return known
    if not what.startswith(("https://", "http://")):
        raise WeftError(
            f"There is no known model {what!r}. Known are: {', '.join(KNOWN)}. "
            "Any other one can be named by its address, with --sha256."
        )
    if not _SHA256.fullmatch(sha256):
        raise WeftError("For an address the file's SHA-256 is needed: --sha256 and 64 hex digits.")
    if not _file_of(what).lower().endswith(".gguf"):
        raise WeftError("The address must be that of a .gguf file.")
    return Model(what, sha256, 0, "", "")


def _file_of(url: str) -> str:
    name = unquote(urlsplit(url).path).rsplit("/", 1)[-1]
    return re.sub(r"[^\w.-]+", "_", name).lstrip(".")


def _prepared(folder: Path, part: Path, model: Model) -> int:
    """How many bytes are there already; makes the folder and looks for room on its disk."""
    folder.mkdir(parents=True, exist_ok=True)
    have = part.stat().st_size if part.exists() else 0
    if shutil.disk_usage(folder).free < model.size - have + _SPARE_BYTES:
        raise WeftError(f"There is not enough room in {folder} for {model.size / 1e9:.1f} GB.")
    return have


def _hash_of(path: Path) -> str:
    """The SHA-256 in hex; empty when there is no such file."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
