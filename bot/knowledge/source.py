"""One YAML file of a knowledge base, and what is wrong with it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from bot.knowledge import strict_yaml
from bot.knowledge.schema import Meaning, Strict
from bot.knowledge.sentences import Place, sentence

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LONGEST_LINE = 500
"""Where a problem's line is cut, in characters: it quotes what is wrong, however long that is."""

MOST = 200
"""How many mistakes of one file are told one by one."""

ModelT = TypeVar("ModelT", bound=Strict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is and what to mend; a folder has no line and no entry."""

    path: Path
    line: int | None
    entry: str | None
    text: str

    def __str__(self) -> str:
        """Return `knowledge/errors/429.yaml:17: 429: unknown key 'phrase' …`, as compilers do."""
        path = self.path.relative_to(Path.cwd()) if self.path.is_relative_to(Path.cwd()) else self.path
        place = f"{path}:{self.line}" if self.line else str(path)
        told = ": ".join(part for part in (place, self.entry, self.text) if part)
        shown = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(told.split()))
        return shown if len(shown) <= LONGEST_LINE else shown[:LONGEST_LINE] + " …"


_REASONS = {
    errno.ENOENT: "does not exist",
    errno.ENOTDIR: "is no folder",
    errno.EISDIR: "is a folder, not a file",
    errno.EACCES: "may not be read by the user who runs this",
    errno.ELOOP: "is a link that leads to itself",
}


def reason(error: OSError) -> str:
    """Return why a file or folder cannot be read."""
    return _REASONS.get(error.errno or 0, f"cannot be read: {error.strerror}")


class Source:
    """One YAML file: its content as far as it could be read, and the problems found so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.stem
        self.problems: list[Problem] = []
        self.document = strict_yaml.Document({}, ())
        try:
            self.document = strict_yaml.load(_content(path))
        except OSError as error:
            self.say((), reason(error))
        self.problems += [Problem(path, line, self.id, text) for line, text in self.document.mistakes]

    def say(self, place: Place, text: str) -> None:
        """Note what is wrong at a place of the file."""
        self.problems.append(Problem(self.path, self.document.line_of(place), self.id, text))

    def read(self, model: type[ModelT]) -> ModelT | None:
        """Return the file as `model`, or note what is wrong and return None."""
        from pydantic import ValidationError  # noqa: PLC0415 - heavy, and what is cached needs none

        if self.document.root is None:
            return None
        try:
            return cast("ModelT", _adapter(cast("Any", model)).validate_python(self.document.content))
        except ValidationError as error:
            details = error.errors(include_url=False)
            for detail in details[:MOST]:
                # A list that lost its only items to mistakes is not too short as well.
                if detail["type"] != "too_short" or not any(one["loc"][:-1] == detail["loc"] for one in details):
                    self.say(detail["loc"], sentence(detail, self.document, model))
            if len(details) > MOST:
                self.say((), f"{len(details) - MOST} more mistakes; this may be another kind of file")
            return None

    def parts(self) -> Iterator[tuple[Meaning, Place, dict[str, Any]]]:
        """Yield the entry and its cases as they are written, valid or not, with their places."""
        content = self.document.content
        yield Meaning(self.id), (), content
        for name, case in mapping(content, "cases").items():
            if isinstance(case, dict):
                yield Meaning(self.id, name), ("cases", name), case


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - as above

    return TypeAdapter(model)


def mapping(content: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the mapping under a key, an empty one where something else stands there."""
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _content(path: Path) -> bytes:
    """Return at most what `strict_yaml` reads and a byte more; only of a regular file, which cannot block."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, None)
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is a device or a pipe")
    with path.open("rb") as file:
        return file.read(strict_yaml.LARGEST + 1)
