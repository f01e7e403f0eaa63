"""The service's catalogue: which models it offers, and which groups serve them.

It is read from what new-api and the gateways of its kind answer: `/api/pricing` (controller/pricing.go there) for
everybody, `/v1/models` (controller/model.go) for who has a key, and `/api/status` (controller/misc.go). Whatever
is not exactly that is refused whole: half a catalogue would call models missing that are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from bot.knowledge.spellings import LONGEST

MODELS, GROUPS = 5_000, 500
"""How many a service may have. The largest public gateways list some 1,500 models."""

EVERY_GROUP = "all"
"""What `enable_groups` says where every group serves a model."""

FRESH = timedelta(days=1)
"""How old a catalogue may be to tell what a service offers today.

The bot asks again after ten minutes, and after an hour at the most where it failed: one that is older than a day comes
from a service that has not answered since, and the operator may have changed anything.
"""

_AUTO = re.compile(r"auto\s?\((.+)\)")
"""How errors name the group that the group `auto` picked: `auto(vip)`."""


class CatalogueError(ValueError):
    """What was given is no catalogue; the message says why, and quotes nothing of it."""


@dataclass(frozen=True)
class Catalogue:
    """What the service offered at one time.

    Attributes:
        models: the exact names, in the service's order, each with the groups that serve it.
        groups: those that are open to everybody; empty where the service does not tell.
        fetched_at: when the service said so, in UTC.
        version: of the gateway's software, where it tells.
    """

    models: Mapping[str, frozenset[str]]
    groups: frozenset[str]
    fetched_at: datetime
    version: str | None = None

    @classmethod
    def from_pricing(cls, answer: object, fetched_at: datetime, version: str | None = None) -> Self:
        """Read the answer of `/api/pricing`.

        The groups of a model are those of `enable_groups` that are in `usable_group` as well: the others are not for
        everybody to know of, and a model that only they serve is left out, as new-api itself does since 2026.

        Raises:
            CatalogueError: it is something else.
        """
        usable = _table(answer).get("usable_group")
        if usable is not None and not isinstance(usable, dict):
            raise CatalogueError("its groups are no table")
        groups = frozenset(map(_name, filter(None, usable or ())))
        _count(groups, GROUPS, "groups")
        models: dict[str, frozenset[str]] = {}
        for row in _rows(answer):
            given = row.get("enable_groups")
            if given is not None and not isinstance(given, list):
                raise CatalogueError("the groups of a model are no list")
            named = {group for group in given or () if _is_text(group)}
            served = groups if EVERY_GROUP in named else groups & named
            if served or usable is None:
                name = _name(row.get("model_name"))
                models[name] = models.get(name, frozenset()) | served
        return cls(_some(models), groups, fetched_at, version)

    @classmethod
    def from_models(cls, answer: object, fetched_at: datetime, version: str | None = None) -> Self:
        """Read the answer of `/v1/models`, which names no groups.

        Raises:
            CatalogueError: it is something else.
        """
        names = (_name(row.get("id")) for row in _rows(answer))
        return cls(_some(dict.fromkeys(names, frozenset())), frozenset(), fetched_at, version)

    @classmethod
    def from_json(cls, kept: object) -> Self:
        """Read what `as_json` gave.

        Raises:
            CatalogueError: it is something else.
        """
        try:
            table = _table(kept)
            models = {_name(name): frozenset(map(_name, groups)) for name, groups in table["models"].items()}
            fetched_at = datetime.fromisoformat(table["fetched_at"])
            if fetched_at.tzinfo is None:
                raise CatalogueError("it does not tell its time zone")
            version = None if table["version"] is None else _name(table["version"])
            return cls(_some(models), frozenset(map(_name, table["groups"])), fetched_at, version)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CatalogueError("it is no catalogue") from error

    def as_json(self) -> dict[str, Any]:
        """Return what JSON can hold, and `from_json` reads."""
        return {
            "models": {name: sorted(groups) for name, groups in self.models.items()},
            "groups": sorted(self.groups),
            "fetched_at": self.fetched_at.isoformat(),
            "version": self.version,
        }

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether it says what the service offers today; one that is far from now, either way, does not."""
        return abs(now - self.fetched_at) <= FRESH

    def offered(self, name: str) -> bool:
        """Tell whether the service offers a model by exactly this name; it takes no other."""
        return name in self.models

    def groups_of(self, name: str) -> frozenset[str]:
        """Return the groups that serve the model of exactly this name."""
        return self.models.get(name, frozenset())

    def serves(self, name: str, group: str) -> bool | None:
        """Tell whether a group serves the model of exactly this name; None where that cannot be known.

        It cannot of a group that is not open to everybody, nor of `auto`, which stands for several.

        Args:
            name: the model.
            group: as the console or an error names it; `auto(vip)` is `vip`, and one of `default,vip` is enough.
        """
        auto = _AUTO.fullmatch(group)
        group = auto[1] if auto else group
        if group not in self.groups and "," in group:
            each = {self.serves(name, part.strip()) for part in group.split(",")}
            return True if True in each else None if None in each else False
        if name not in self.models or group == "auto" or group not in self.groups:
            return None
        return group in self.models[name]


def decode(body: bytes) -> object:
    """Return what a body of JSON holds.

    Raises:
        CatalogueError: it is no JSON.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise CatalogueError("it is not JSON") from None


def version_of(answer: object) -> str | None:
    """Return the gateway's version from the answer of `/api/status`; None where it does not tell.

    Raises:
        CatalogueError: the answer is something else, or the version is no name.
    """
    data = _table(answer).get("data")
    version = data.get("version") if isinstance(data, dict) else None
    return _name(version) if version else None


def _table(answer: object) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise CatalogueError("it is no JSON object")
    if answer.get("success") is False:
        raise CatalogueError("the service says that it failed")
    return answer


def _rows(answer: object) -> list[dict[str, Any]]:
    rows = _table(answer).get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CatalogueError("its data is no list of models")
    _count(rows, MODELS, "models")
    return rows


def _some(models: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    _count(models, MODELS, "models")
    if not models:
        raise CatalogueError("it has no models")
    return models


def _count(found: Iterable[object], most: int, what: str) -> None:
    if (count := sum(1 for _ in found)) > most:
        raise CatalogueError(f"it has {count:,} {what}, and {most:,} are the most")


def _name(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise CatalogueError("a name is no text")
    if len(given) > LONGEST:
        raise CatalogueError(f"a name is longer than {LONGEST} characters")
    if not given.isprintable():
        raise CatalogueError("a name has characters that cannot be shown")
    return given


def _is_text(given: object) -> bool:
    if not isinstance(given, str):
        raise CatalogueError("a group of a model is no text")
    return True
