"""A move in a process of its own that is killed on the way:
``python -m tests.clarion.moving_child WORKSPACE DATABASE TO STAGE``. ``-`` is no database."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from clarion.moving import Stage, move
from tests.clarion.ledgers import settings
from tests.scheduler.scene import DUE


def main(workspace: str, database: str, to: str, last: str) -> None:
    def reached(stage: Stage) -> None:
        if stage is Stage[last]:
            os.kill(os.getpid(), signal.SIGKILL)

    found = settings(Path(workspace), "" if database == "-" else database)
    move(found, to, "operator", DUE, reached)


if __name__ == "__main__":
    main(*sys.argv[1:])
