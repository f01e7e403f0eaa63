"""The environment, read once into one frozen object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

LogFormat = Literal["text", "json"]

DATABASE = "sqlite+aiosqlite:///error-desk.sqlite3"
"""Where nothing else is set, a file in the working directory."""

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_LOG_FORMATS = ("text", "json")

_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""https://www.postgresql.org/docs/current/libpq-ssl.html, table 32.1."""


class SettingsError(ValueError):
    """An environment variable that cannot mean anything; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator may choose. Every field has a variable of the same name, in capitals.

    Channels are names without `#`, case-folded, or ids as digits. Whether the token is a good one is
    for Discord to judge: any one line that can be printed passes here. The database's address starts with
    `sqlite+aiosqlite://` or `postgresql://`, in whichever form it was given. The gateway is the service
    whose catalogue is read, at its base URL without `/v1`. Heroku names this process in `DYNO`. Without a number of
    shards, Discord is asked how many there are to be; without their ids, this process has all of them. Answers are
    counted per minute.
    """

    discord_token: str = field(default="", repr=False)
    discord_api_url: str | None = None
    database_url: str = field(default=DATABASE, repr=False)
    knowledge_dir: Path | None = None
    support_channels: frozenset[str] = frozenset()
    staff_channel: str | None = None
    gateway_url: str | None = None
    gateway_key: str = field(default="", repr=False)
    log_level: str = "INFO"
    log_format: LogFormat = "text"
    metrics_port: int | None = None
    answers_per_person: int = 6
    answers_per_channel: int = 20
    answers_per_server: int = 60
    shard_ids: frozenset[int] = frozenset()
    shard_count: int | None = None
    dyno: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may read in a log or a report: the token, the gateway's key and the database's password."""
        password = urlsplit(self.database_url).password or ""
        return self.discord_token, self.gateway_key, password, unquote(password)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; a variable that is empty counts as unset.

        Args:
            environ: the environment, usually `os.environ`.

        Returns:
            The settings. A missing token is no error here: only `run` needs one.

        Raises:
            SettingsError: a variable holds what it cannot hold.
        """
        env = {name: value.strip() for name, value in environ.items()}
        staff = _channels(env.get("STAFF_CHANNEL", ""))
        if len(staff) > 1:
            raise SettingsError("STAFF_CHANNEL names more than one channel; it takes a single name or id")
        shard_count = _number(env, "SHARD_COUNT")
        return cls(
            discord_token=_token(env),
            discord_api_url=_url(env, "DISCORD_API_URL"),
            database_url=_database(env, "DATABASE_URL"),
            knowledge_dir=directory(env.get("KNOWLEDGE_DIR", ""), "KNOWLEDGE_DIR"),
            support_channels=_channels(env.get("SUPPORT_CHANNELS", "")),
            staff_channel=next(iter(staff), None),
            gateway_url=_gateway(env, "GATEWAY_URL"),
            gateway_key=_key(env, "GATEWAY_KEY"),
            log_level=_choice(env, "LOG_LEVEL", _LOG_LEVELS, "INFO"),
            log_format=cast("LogFormat", _choice(env, "LOG_FORMAT", _LOG_FORMATS, "text")),
            metrics_port=_port(env, "METRICS_PORT"),
            answers_per_person=_number(env, "ANSWERS_PER_PERSON") or 6,
            answers_per_channel=_number(env, "ANSWERS_PER_CHANNEL") or 20,
            answers_per_server=_number(env, "ANSWERS_PER_SERVER") or 60,
            shard_ids=_shards(env, "SHARD_IDS", shard_count),
            shard_count=shard_count,
            dyno=env.get("DYNO", ""),
        )


def directory(given: str, name: str) -> Path | None:
    """Return the folder that an operator names, with its `~` resolved; None where nothing but blanks is given.

    Args:
        given: what stands in the variable.
        name: the variable.

    Raises:
        SettingsError: there is no such folder, or nobody can tell.
    """
    if not (given := given.strip()):
        return None
    try:
        path = Path(given).expanduser()
        found = path.is_dir()
    except RuntimeError:
        raise SettingsError(f"{name}: nobody knows whose home {given} is in") from None
    except OSError as error:  # its name is too long, or the folder above it may not be entered
        raise SettingsError(f"{name}: cannot look at {given}: {error.strerror}") from None
    if not found:
        raise SettingsError(f"{name}: there is no directory {path}")
    return path


def _token(env: Mapping[str, str]) -> str:
    name, token = "DISCORD_TOKEN", env.get("DISCORD_TOKEN", "")
    if not token and (file := env.get("DISCORD_TOKEN_FILE")):
        name = "DISCORD_TOKEN_FILE"
        try:
            token = Path(file).read_text(encoding="utf-8-sig").strip()  # Windows' editors begin it with a mark
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(f"DISCORD_TOKEN_FILE: cannot read {file}: {reason}") from None
        if not token:
            raise SettingsError(f"DISCORD_TOKEN_FILE: {file} is empty")
    if len(token.splitlines()) > 1:
        raise SettingsError(f"{name} holds more than one line; the token is a single line")
    if not token.isprintable():
        raise SettingsError(f"{name} holds a character that cannot be printed; copy the token again")
    return token


def _channels(value: str) -> frozenset[str]:
    return frozenset(name.casefold() for part in re.split(r"[,，\n]", value) if (name := part.strip("<#> ")))


def _choice(env: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    given = env.get(name) or default
    for option in allowed:
        if given.casefold() == option.casefold():
            return option
    raise SettingsError(f"{name} is {given!r}; it takes one of {', '.join(allowed)}")


def _port(env: Mapping[str, str], name: str) -> int | None:
    given = env.get(name)
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= 5 and 1 <= int(given) <= 65535):
        raise SettingsError(f"{name} is {given!r}; it takes a port, from 1 to 65535")
    return int(given)


def _number(env: Mapping[str, str], name: str) -> int | None:
    given = env.get(name)
    if not given:
        return None
    if not (re.fullmatch(r"[0-9]{1,4}", given) and int(given)):
        raise SettingsError(f"{name} is {given!r}; it takes a number, from 1 to 9999")
    return int(given)


def _shards(env: Mapping[str, str], name: str, count: int | None) -> frozenset[int]:
    given = env.get(name)
    if not given:
        return frozenset()
    if count is None:
        raise SettingsError(f"{name} needs SHARD_COUNT: how many shards there are in all processes together")
    ids: set[int] = set()
    for part in re.split(r"\s*,\s*", given):
        bounds = re.fullmatch(r"([0-9]{1,4})(?:\s*-\s*([0-9]{1,4}))?", part)
        span = range(int(bounds[1]), int(bounds[2] or bounds[1]) + 1) if bounds else range(0)
        if not span:
            raise SettingsError(f"{name} has {part!r}; it takes numbers and ranges of them, such as 0-3 or 0,2,5")
        if span[-1] >= count:
            raise SettingsError(f"{name} has {part!r}; with SHARD_COUNT {count} the shards are 0 to {count - 1}")
        if twice := ids.intersection(span):
            raise SettingsError(f"{name} names shard {min(twice)} twice, the second time with {part!r}")
        ids.update(span)
    return frozenset(ids)


def _url(env: Mapping[str, str], name: str, instead: str = "") -> str | None:
    if not (given := env.get(name)):
        return None
    try:
        parts = urlsplit(given)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{name} is not an address that starts with https:// or http://")
    if "@" in parts.netloc:
        raise SettingsError(f"{name} takes no user or password{instead}")
    if not _has_port(parts):
        raise SettingsError(f"{name} has no port from 1 to 65535 after its colon")
    return given.rstrip("/")


def _has_port(parts: SplitResult) -> bool:
    """Tell whether an address leaves its port out, or has one that there is."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def _gateway(env: Mapping[str, str], name: str) -> str | None:
    url = _url(env, name, "; a key goes into GATEWAY_KEY")
    return url.removesuffix("/v1").rstrip("/") if url else None


def _key(env: Mapping[str, str], name: str) -> str:
    key = env.get(name, "").removeprefix("Bearer ").strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(f"{name} is a single word of plain letters, such as sk-…")
    return key


def _database(env: Mapping[str, str], name: str) -> str:
    scheme, separator, rest = (env.get(name) or DATABASE).partition("://")
    match scheme.casefold():
        case "sqlite" | "sqlite+aiosqlite" if separator:
            if rest and not rest.startswith("/"):
                raise SettingsError(f"{name}: a file takes three slashes, sqlite+aiosqlite:///desk.sqlite3, or four")
            return f"sqlite+aiosqlite://{rest}"
        case "postgres" | "postgresql" | "postgresql+asyncpg" if separator:
            return _postgresql(name, f"postgresql://{rest}")
    raise SettingsError(f"{name} is not an address that starts with sqlite+aiosqlite:// or postgresql://")


def _postgresql(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        hosts = parts.netloc.rpartition("@")[2].split(",")
        query = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        usable = (
            all(urlsplit(f"//{host}").port != 0 for host in hosts)
            and parts.netloc.count("@") == url.count("@") <= 1
            and not parts.fragment
        )
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"{name} cannot be read; in a password, @ is written as %40, / as %2F, # as %23, ? as %3F")
    if ssl := query.pop("ssl", None):  # what SQLAlchemy calls it for asyncpg
        query.setdefault("sslmode", ssl)
    if query.get("sslmode", "prefer") not in _SSL_MODES:
        raise SettingsError(f"{name}: sslmode takes one of {', '.join(_SSL_MODES)}")
    return f"postgresql://{parts.netloc}{parts.path}" + (f"?{urlencode(query)}" if query else "")
