"""An AI with a model: a real engine with random weights, so that everything but the sense is real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ai import tiny_model
from tests.servers import Client, Server, free_port, plain

pytest.importorskip("xllamacpp", reason="the engine needs the extra: uv sync --extra local")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "random.gguf"
    tiny_model.write(path)
    return path


def ask(server: Server, tmp_path: Path) -> tuple[Client, dict[str, Any]]:
    """Make an AI, ask it, and give its answer."""
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "hours.md").write_text("# Hours\n\nThe shop opens at seven.\n", "utf-8")
    ada = server.person("ada")
    server.weft(
        *("ai", "create", "helper", "--owner", "ada", "--name", "Helper"),
        *("--persona", "I answer for the shop.", "--documents", str(pages)),
    )
    asked = ada.post("@helper when does the shop open?")
    (answer,) = ada.sees("the answer", lambda: ada.below(asked["id"]), within=60)
    return ada, answer


@pytest.fixture
def with_file(model: Path, tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "server", WEFT_MODEL_FILE=str(model)) as running:
        yield running


def test_a_model_file_answers_in_this_process(with_file: Server, tmp_path: Path) -> None:
    _, answer = ask(with_file, tmp_path)
    assert answer["account"]["bot"] is True
    assert answer["ai"]["model"] not in (None, "quotes")
    assert plain(answer).startswith("@ada")
    (turn,) = [
        line for line in with_file.weft("ai", "why", "helper").splitlines() if "answered" in line
    ]
    assert answer["ai"]["model"] in turn


def test_a_model_server_answers_over_its_api(model: Path, tmp_path: Path) -> None:
    """The engine's own OpenAI-compatible port stands for any model server."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.model_alias = {"random"}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = ["a key"]
    params.n_ctx = 8_192
    engine = xllamacpp.Server(params)
    environ = {
        "WEFT_MODEL_URL": f"{engine.listening_address}/v1",
        "WEFT_MODEL_NAME": "random",
        "WEFT_MODEL_KEY": "a key",
    }
    with Server(tmp_path / "server", **environ) as server:
        _, answer = ask(server, tmp_path)
        assert answer["ai"]["model"] == "random"
        shown = server.weft("settings")
        assert "a key" not in shown


def test_a_model_server_that_is_away_is_waited_for_and_said(tmp_path: Path) -> None:
    """Nothing listens there: the question stays a job, and nothing is invented."""
    environ = {"WEFT_MODEL_URL": f"http://127.0.0.1:{free_port()}/v1", "WEFT_MODEL_NAME": "gone"}
    with Server(tmp_path / "server", **environ) as server:
        ada = server.person("ada")
        server.weft("ai", "create", "helper", "--owner", "ada", "--persona", "I help.")
        asked = ada.post("@helper are you there?")
        ada.sees("the waiting turn", lambda: "ai.turn" in server.weft("jobs"))
        assert ada.below(asked["id"]) == []
