"""All settings, in one place: what they mean, their defaults, and where each value came from.

A flag wins over a ``WEFT_*`` environment variable, that over ``weft.toml`` in the data folder,
that over the default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from weft.kernel.errors import WeftError
from weft.kernel.site import Site

FILE = "weft.toml"
SECRETS = frozenset({"model_key", "guard_key", "translate_key", "database"})
"""Never printed: a database address may hold a password."""


def _about(text: str) -> Meta:
    return Meta(description=text)


class Settings(Struct, frozen=True, kw_only=True):
    """What an admin may set. The descriptions are what ``weft settings`` prints."""

    data: Annotated[Path, _about("Folder of the database, media and models")] = Path("weft-data")
    host: Annotated[str, _about("Address to listen on")] = "127.0.0.1"
    port: Annotated[int, _about("Port to listen on")] = 8000
    domain: Annotated[str, _about("What stands behind the @ in handles; with port if needed")] = ""
    base_url: Annotated[str, _about("Where the server is reached, if not https://DOMAIN")] = ""
    database: Annotated[str, _about("sqlite:///… or postgresql://…; a file in data by default")] = (
        ""
    )
    durable: Annotated[bool, _about("Also survive power cuts (slower writes)")] = False
    tls_cert: Annotated[str, _about("Certificate file, to serve HTTPS without a proxy")] = ""
    tls_key: Annotated[str, _about("Key file of the certificate")] = ""
    proxies: Annotated[str, _about("Addresses of reverse proxies whose headers count")] = (
        "127.0.0.1"
    )
    title: Annotated[str, _about("The server's name, shown to people")] = "Weft"
    description: Annotated[str, _about("One sentence about this place")] = (
        "A place where people and AIs share threads."
    )
    contact: Annotated[str, _about("E-mail address of whoever runs the server")] = ""
    registrations: Annotated[
        Literal["open", "approval", "closed"],
        _about("Whether people may sign up by themselves, or an admin has to approve of each"),
    ] = "closed"
    limited_federation: Annotated[bool, _about("Speak only with servers that an admin allowed")] = (
        False
    )
    authorized_fetch: Annotated[
        bool, _about("Show posts and profiles only to servers that sign their requests")
    ] = False
    model_url: Annotated[str, _about("OpenAI-compatible address of a model server")] = ""
    model_name: Annotated[str, _about("Name of the model at that server")] = ""
    model_key: Annotated[str, _about("Its key, if it wants one")] = ""
    model_file: Annotated[str, _about("A GGUF file to run in this process (extra: local)")] = ""
    ai_reminders: Annotated[
        Literal["off", "minors", "everyone"],
        _about("Whom AIs tell again that they are AIs, each three hours of a talk"),
    ] = "everyone"
    model_price_in: Annotated[
        float, Meta(description="What a thousand tokens of a question cost, in your currency", ge=0)
    ] = 0.0
    model_price_out: Annotated[
        float, Meta(description="What a thousand tokens of an answer cost", ge=0)
    ] = 0.0
    ai_limits: Annotated[
        dict[str, str],
        _about(
            "A day's most for ai, owner, room, peer or server: ai.tokens=9000, server.cost=5, …"
        ),
    ] = {}
    guard_url: Annotated[str, _about("OpenAI-compatible address of a guard model")] = ""
    guard_model: Annotated[str, _about("Name of the guard model at that server")] = ""
    guard_key: Annotated[str, _about("Its key, if it wants one")] = ""
    guard_policy: Annotated[
        str, _about("What it judges by, for guard models that take a policy as text")
    ] = ""
    crisis_cards: Annotated[
        dict[str, str], _about("What AIs say to somebody in distress, by language: en=…")
    ] = {}
    translate_url: Annotated[
        str, _about("Address of a translation server that speaks LibreTranslate's API")
    ] = ""
    translate_key: Annotated[str, _about("Its key, if it wants one")] = ""
    remote_media_budget: Annotated[
        int,
        Meta(
            description="Megabytes for copies of other servers' pictures; 0: apps load them there",
            ge=0,
        ),
    ] = 2048
    reach_private: Annotated[
        str, _about("Networks that may be reached although private, for tests: 127.0.0.0/8, …")
    ] = ""
    reach_http: Annotated[bool, _about("Reach other servers without TLS too, for tests")] = False
    resolve: Annotated[
        dict[str, str], _about("Host names and the addresses they stand for, for tests")
    ] = {}
    generous: Annotated[int, _about("Multiplies the rate limits, for tests and benchmarks")] = 1
    log: Annotated[Literal["debug", "info", "warning"], _about("How much is logged")] = "info"

    @property
    def site(self) -> Site:
        """The names this server goes by."""
        host = self.host if self.host.startswith("127.") else "localhost"
        domain = (self.domain or f"{host}:{self.port}").lower()
        if self.base_url:
            return Site(domain, self.base_url.rstrip("/"))
        name = domain.split(":")[0]
        loopback = (name == "localhost" or name.startswith("127.")) and not self.tls_cert
        return Site(domain, f"{'http' if loopback else 'https'}://{domain}")

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'weft.db'}"


class Loaded(Struct, frozen=True):
    """The settings, and for each name where its value came from."""

    settings: Settings
    origins: dict[str, str]


def load(flags: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Loaded:
    """Read every layer. ``flags`` that are None were not given.

    Errors: WeftError that names the setting and where it stands.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    from_env = {
        name: environ[f"WEFT_{name.upper()}"]
        for name in Settings.__struct_fields__
        if f"WEFT_{name.upper()}" in environ
    }
    folder = Path(given.get("data") or from_env.get("data") or Settings().data)
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.__struct_fields__, "default")
    for origin, layer in (
        (str(folder / FILE), _file(folder / FILE)),
        ("environment", from_env),
        ("flag", given),
    ):
        for name, value in layer.items():
            if name not in Settings.__struct_fields__:
                raise WeftError(f"{origin}: there is no setting named {name}")
            values[name] = _typed(name, value, origin)
            origins[name] = origin
    return Loaded(Settings(**values), origins)


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise WeftError(f"{path} is not valid TOML: {fault}") from fault


_HINTS = get_type_hints(Settings, include_extras=True)


def _typed(name: str, value: Any, origin: str) -> Any:
    hint = _HINTS[name]
    try:
        if isinstance(value, str) and get_origin(get_args(hint)[0]) is dict:
            pairs = (pair.split("=", 1) for pair in value.split(",") if pair)
            return {key.strip(): address.strip() for key, address in pairs}
        if get_args(hint)[0] is Path:
            return Path(value)
        return msgspec.convert(value, hint, strict=False)
    except (msgspec.ValidationError, ValueError, TypeError) as fault:
        raise WeftError(f"{origin}: {name}: {fault}") from fault


def describe(name: str) -> str:
    """The sentence that says what a setting is for."""
    return str(get_args(_HINTS[name])[1].description)


def shown(name: str, value: Any) -> str:
    """A value as it may be printed."""
    if name in SECRETS and value:
        return "(set, not shown)"
    return str(value)
