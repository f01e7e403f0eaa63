"""What is kept beside the user's other caches: where it lies, and how it is written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path


def place(kind: str, of: str) -> Path:
    """Return the file for one thing of a kind: `knowledge` of a folder, `catalogue` of an address.

    Raises:
        OSError: The user has no home, as in a container that runs under a number without a name.
    """
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError as error:
        raise OSError(errno.ENOENT, str(error)) from None
    return home / "error-desk" / f"{kind}-{hashlib.sha256(of.encode()).hexdigest()[:16]}.json"


def write(file: Path, content: object) -> None:
    """Put JSON in the place of what was there; who reads meanwhile gets one or the other, and never half of it.

    Raises:
        OSError: It cannot be written; what was there stays.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    written: Path | None = None
    try:
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as new:
            written = Path(new.name)
            json.dump(content, new, ensure_ascii=False)
        written.replace(file)
    except OSError:
        if written:
            with suppress(OSError):
                written.unlink()
        raise
