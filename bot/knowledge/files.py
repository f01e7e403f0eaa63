"""Which files a knowledge base is read from, and whether they are as they were."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

LOOKS_LIKE_ONE = re.compile(r"[^.].*\.ya?ml(?:\.txt)?", re.IGNORECASE)
"""Meant as YAML, even if its name is wrong; hidden files belong to editors and systems."""


def stamp(directory: Path) -> str:
    """Return what changes whenever a file does that `load` reads, and when one comes or goes.

    The copies, locks and swap files that editors put beside a file change nothing. It is made of what the system says
    of the files, which are not opened; see also `Knowledge.stamp`.

    Args:
        directory: As `load` takes it; it may be missing, or where nobody may look.
    """
    seen = [_is_there(directory), *sorted(map(state, _candidates(directory.absolute())))]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def _is_there(directory: Path) -> bool:
    try:
        return directory.is_dir()
    except OSError:  # such as a folder above it that may not be entered
        return False


def _candidates(directory: Path) -> Iterator[Path]:
    """Yield what is YAML by its name: the files beside the entries', and the entries'."""
    with suppress(OSError):
        yield from (path for path in directory.iterdir() if LOOKS_LIKE_ONE.fullmatch(path.name))
    for parent, folders, names in os.walk(directory / "errors"):
        folders[:] = visible(folders)
        yield from (Path(parent, name) for name in (*folders, *names) if LOOKS_LIKE_ONE.fullmatch(name))


def state(path: Path) -> tuple[str, ...]:
    """Return what changes whenever a file does, as far as the system tells."""
    try:
        stat = path.stat()
    except OSError as error:
        return str(path), str(error.errno)
    return str(path), *map(str, (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))


def visible(folders: Iterable[str]) -> list[str]:
    """Leave out the hidden ones."""
    return [name for name in folders if not name.startswith(".")]
