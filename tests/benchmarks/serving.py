"""The side of a contestant written in Python: one request a line in, one answer a line out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path


def serve(draw: Callable[[int, str], bytes]) -> None:
    """Answer until the input ends. ``draw`` is given the card's number and the encoding."""
    _say({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            data = draw(asked["card"], asked["encoding"])
            if asked.get("save"):
                Path(asked["save"]).write_bytes(data)
            _say({"bytes": len(data)})
        except Exception as error:  # noqa: BLE001 - the contest goes on without this picture
            _say({"error": f"{type(error).__name__}: {error}"})


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
