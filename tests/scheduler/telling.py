"""Everything the product says about time, as JSON: ``python -m tests.scheduler.telling``.

Run on a machine whose zone files lie, it has to say the same as anywhere. It also says which zone
files were opened on the way, and what such a machine's own files would have had it say.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

WALLS = (datetime(2027, 1, 15, 9), datetime(2027, 7, 30, 9))


def told() -> dict[str, Any]:
    """Instants of all zones, the societies' plan, lives of deliveries, written dates, an alarm.

    Imports come late, so that what they open is seen.
    """
    from campaigns.observances import load_observances
    from campaigns.societies import load_societies
    from clarion.explain import explain_delivery
    from locales.formats import day_and_month, long_date
    from scheduler.delivery import Entry, Late, State
    from scheduler.plan import LatePolicy, Slot, Target, derive, plan
    from scheduler.zones import resolve, zone, zone_names

    registers = Path(__file__).parents[2] / "campaigns"
    societies = load_societies(registers / "societies.yaml").values()
    day = load_observances(registers / "observances.yaml")["wdatip"].in_year(2027)
    targets = [Target(one.id, "feed", "memory", "en", one.timezone) for one in societies]
    late = LatePolicy(Late.POST_UNTIL, time(20, 0))
    found = plan("myths", "author", day, [Slot(0, time(9), "card")], targets, late)
    return {
        "instants": {
            name: [resolve(wall, name).isoformat() for wall in WALLS]
            for name in sorted(zone_names())
        },
        "offsets": {
            name: str(WALLS[1].replace(tzinfo=zone(name)).utcoffset())
            for name in sorted(zone_names())
        },
        "plan": {
            one.society: [one.due_at.isoformat(), one.expires_at.isoformat()] for one in found
        },
        "derived": derive(found[0]) == found[0],
        "lives": [
            line
            for one in found
            for line in explain_delivery(Entry(one, State.PLANNED), ()).lines()
        ],
        "dates": {
            f"{one.id} {formats}": [long_date(day, formats), day_and_month(day, formats)]
            for one in societies
            for formats in one.formats.values()
        },
        "rang": _rings(),
    }


def _rings() -> bool:
    """Whether an alarm for an instant rings, and not before it."""
    from scheduler.adapters.apscheduler_clock import APSchedulerClock
    from scheduler.clock import SystemTime

    now, rung, at = SystemTime(), threading.Event(), datetime.now(UTC) + timedelta(seconds=0.1)
    clock = APSchedulerClock(now)
    clock.start(rung.set)
    clock.arm(at)
    heard = rung.wait(60)
    clock.stop()
    return heard and now.now() >= at


def main() -> None:
    """Print it all."""
    opened: list[str] = []
    lies = os.environ["PYTHONTZPATH"]

    def watch(event: str, words: tuple[object, ...]) -> None:
        if event == "open" and str(words[0]).startswith(lies):
            opened.append(str(words[0])[len(lies) + 1 :])

    sys.addaudithook(watch)
    found: dict[str, Any] = {"told": told(), "opened": list(opened)}
    opened.clear()
    theirs = {
        name: str(WALLS[1].replace(tzinfo=ZoneInfo(name)).utcoffset())
        for name in found["told"]["instants"]
    }
    json.dump({**found, "theirs": theirs, "opened_by_theirs": opened}, sys.stdout)


if __name__ == "__main__":
    main()
