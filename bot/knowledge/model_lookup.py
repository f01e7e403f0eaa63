"""What is known of a model's name: from the service's catalogue where there is one, else from `models.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.knowledge.catalogue import Catalogue
from bot.knowledge.schema import Models
from bot.knowledge.spellings import Spellings

Standing = Literal["right", "other-spelling", "retired", "unknown"]


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a name.

    Attributes:
        asked: the name, as somebody wrote it.
        standing: it is right as it is, another spelling of a name that is, retired, or unknown.
        live: the service itself was asked, by its catalogue.
        name: the exact name, or the one that replaced a retired one; None where there is none.
        groups: those that serve `name`, where the service tells.
        nearest: the names most like it, where it is unknown, or retired without a successor.
    """

    asked: str
    standing: Standing
    live: bool
    name: str | None = None
    groups: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()


class ModelLookup:
    """Finds what is known of models' names.

    Args:
        models: the names that are commonly known.
        catalogue: the service's own, where it is at hand; what it offers is right, whatever is commonly known.
    """

    def __init__(self, models: Models, catalogue: Catalogue | None = None) -> None:
        self._families = models.families.values()
        self.catalogue = catalogue

    @cached_property
    def right(self) -> Spellings:
        """The exact names there are."""
        known = [name for family in self._families for name in family.models]
        if self.catalogue is None:
            return Spellings(known)
        # The names that people know come before those of the service alone.
        offered = self.catalogue.models
        return Spellings([*(name for name in known if name in offered), *offered])

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Other spellings in lower case -> the exact name, of those there are."""
        return {other.lower(): name for other, name in self._aliases.items() if name in self.right}

    @cached_property
    def retired(self) -> Mapping[str, str | None]:
        """Names that are gone, in lower case -> what replaced them, of those there are; None where nothing did."""
        return {gone.lower(): new for gone, new in self._retired.items() if new is None or new in self.right}

    @cached_property
    def _others(self) -> Mapping[str, str | None]:
        """Aliases and retired names -> what stands in their place."""
        return {**self._aliases, **self._retired}

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return {other: name for family in self._families for other, name in family.aliases.items()}

    @cached_property
    def _retired(self) -> dict[str, str | None]:
        return {name: other for family in self._families for name, other in family.retired.items()}

    @cached_property
    def _known(self) -> Spellings:
        return Spellings([*(name for family in self._families for name in family.models), *self._others])

    def look_up(self, asked: str) -> ModelFacts:
        """Return what is known of a name, however it is written."""
        name = asked.strip()
        known = self._known.exact(name) or name
        if known not in self._others:
            exact = self.right.exact(name) or self.right.exact(known)
        elif name in self.right or known in self.right:  # the service still offers what others retired
            exact = name if name in self.right else known
        else:
            target = None if known in self._retired else self._others[known]
            exact = self.right.exact(target) if target else None
        if exact is not None:
            return self._facts(asked, "right" if exact == name else "other-spelling", exact)
        if known in self._retired:
            successor = self._retired[known]
            return self._facts(asked, "retired", self.right.exact(successor) if successor else None)
        return self._facts(asked, "unknown", None)

    def _facts(self, asked: str, standing: Standing, name: str | None) -> ModelFacts:
        groups = self.catalogue.groups_of(name) if self.catalogue and name else ()
        nearest = () if name else self.right.nearest(asked)
        return ModelFacts(asked, standing, self.catalogue is not None, name, tuple(sorted(groups)), nearest)

    @cached_property
    def by_family(self) -> Mapping[str, list[str]]:
        """The exact names by their provider; those of no family come last, by an empty name."""
        providers = {prefix: family.provider for family in self._families for prefix in family.prefixes}
        begin = re.compile("|".join(map(re.escape, sorted(providers, key=len, reverse=True))) or r"\b\B")
        known = {name: family.provider for family in self._families for name in family.models}
        found: dict[str, list[str]] = {provider: [] for provider in (*providers.values(), "")}
        for name in self.right.names:
            prefix = begin.match(name.casefold().rpartition("/")[2])
            found[known.get(name) or (providers[prefix[0]] if prefix else "")].append(name)
        return {provider: names for provider, names in found.items() if names}
