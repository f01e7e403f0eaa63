"""The last catalogue of a service, kept until there is a newer one."""

from __future__ import annotations

from bot.knowledge import kept
from bot.knowledge.catalogue import Catalogue, CatalogueError, decode


def load(url: str) -> Catalogue | None:
    """Return the catalogue that was kept of the service at an address; None where there is none that can be read."""
    try:
        return Catalogue.from_json(decode(kept.place("catalogue", url).read_bytes()))
    except (OSError, CatalogueError):
        return None


def keep(url: str, catalogue: Catalogue) -> None:
    """Put a catalogue in the place of the last.

    Raises:
        OSError: it cannot be written; the last stays.
    """
    kept.write(kept.place("catalogue", url), catalogue.as_json())
