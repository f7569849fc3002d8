"""A process that publishes to a hand-off folder, and may come to harm while it does.

It reads one JSON object from its input, says `ready`, waits for one more line, and prints the
remote id of the post, or the name and text of the error.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from datetime import datetime
from pathlib import Path

from publishers.errors import PublishError
from publishers.folder import FolderPublisher
from publishers.port import Prepared


def main() -> None:
    order = json.loads(sys.stdin.readline())
    publisher = FolderPublisher("test", order["settings"], Path(order["base"]))
    prepared = Prepared.from_json(order["prepared"])
    if order.get("largest_file") is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"], resource.RLIM_INFINITY))
        if order.get("die_of_it"):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if order.get("open_files") is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (order["open_files"], order["open_files"]))
    if order.get("user") is not None:
        os.setuid(order["user"])
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        if order.get("act") == "verify":
            done = publisher.verify()
        else:
            done = publisher.publish(prepared, datetime.fromisoformat(order["now"])).remote_id
    except PublishError as error:
        answer = {"error": type(error).__name__, "text": str(error)}
        answer["code"] = getattr(error, "code", "")
    else:
        if order.get("die_after"):
            os.kill(os.getpid(), signal.SIGKILL)
        answer = {"done": done}
    # The limit on file sizes holds for an output that is a file, too; a pipe is free of it.
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
