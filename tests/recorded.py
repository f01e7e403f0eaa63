"""What the tests saw the bot send to Discord, kept for a look at all of it together."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

VARIABLE = "RECORD_REQUESTS"
"""Names the file to append to; where it is unset, nothing is kept."""


def record(method: str, path: str, content: Any) -> None:
    """Append a request to the file, one JSON object a line.

    Args:
        method: such as `POST`.
        path: below the API's version, such as `/channels/1/messages`.
        content: the body; a request without one is not kept.
    """
    if content is not None and (file := os.environ.get(VARIABLE)):
        line = json.dumps({"method": method, "path": path, "json": content}, ensure_ascii=False) + "\n"
        # Several processes append at once: what is written in one go stays in one piece.
        with Path(file).open("ab", buffering=0) as lines:
            lines.write(line.encode())
