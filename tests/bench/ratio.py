"""What is measured, and how it is told."""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Sequence
from typing import NamedTuple


class Ratio(NamedTuple):
    """What was compared, how it came out, and what it may be at most; without a limit it is only told."""

    what: str
    found: float
    most: float = math.inf

    def tell(self) -> bool:
        """Print a line, and return whether it is within the limit."""
        limited, holds = self.most < math.inf, self.found <= self.most
        mark = "·" if not limited else "✓" if holds else "✗"
        sys.stdout.write(f"{mark} {self.what}: {self.found:.2f}{f' (at most {self.most:g})' if limited else ''}\n")
        sys.stdout.flush()
        return holds


def p99(figures: Sequence[float]) -> float:
    """Return what all but one in a hundred stay below."""
    return statistics.quantiles(figures, n=100)[98]
