"""The last catalogue of a service, kept beside the user's other caches until there is a newer one."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from bot.knowledge.catalogue import Catalogue, CatalogueError, decode


def load(url: str) -> Catalogue | None:
    """Return the catalogue that was kept of the service at an address; None where there is none that can be read."""
    try:
        return Catalogue.from_json(decode(_place(url).read_bytes()))
    except (OSError, CatalogueError):
        return None


def keep(url: str, catalogue: Catalogue) -> None:
    """Put a catalogue in the place of the last; who reads meanwhile gets one or the other, and never half of it.

    Raises:
        OSError: it cannot be written; the last stays.
    """
    place = _place(url)
    place.parent.mkdir(parents=True, exist_ok=True)
    written: Path | None = None
    try:
        with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False, encoding="utf-8") as file:
            written = Path(file.name)
            json.dump(catalogue.as_json(), file, ensure_ascii=False)
        written.replace(place)
    except OSError:
        if written:
            with suppress(OSError):
                written.unlink()
        raise


def _place(url: str) -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "error-desk" / f"catalogue-{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"
