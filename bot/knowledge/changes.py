"""What is different in a knowledge base that was loaded again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge.base import Knowledge


@dataclass(frozen=True, slots=True)
class Changes:
    """Entries by their ids, and the files beside them by their names, in order; false where nothing is different."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        """Return `added 418; changed 429, models.yaml`, as the log shows it."""
        lists = {"added": self.added, "changed": self.changed, "removed": self.removed}
        return "; ".join(f"{what} {', '.join(names)}" for what, names in lists.items() if names) or "nothing changed"


def changes(old: Knowledge, new: Knowledge) -> Changes:
    """Return what is different in the new one; a file that says the same in other words of YAML is not."""
    before, after = _parts(old), _parts(new)
    return Changes(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )


def _parts(knowledge: Knowledge) -> Mapping[str, object]:
    return {
        **knowledge.entries,
        "service.yaml": knowledge.service,
        "cues.yaml": knowledge.cues,
        "models.yaml": knowledge.families,
        "findings.yaml": knowledge.findings,
    }
