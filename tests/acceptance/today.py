"""A campaign that falls due now: what it takes to post for real, into a hand-off folder."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from locales.catalogue import SHIPPED
from locales.po import read_po, write_po
from locales.signing import sign_reviewed, sign_translated
from scheduler.zones import zone

CAMPAIGN = "campaigns/our-first-campaign/campaign.yaml"
CARDS = ("ask-first", "where-it-happens", "get-help")
LOCALE = Path("locales", "en_GB", "LC_MESSAGES")


def make_due(workspace: Path, channels: int = 1) -> date:
    """Put the campaign's day on today and its time a minute ago, on the society's clock.

    Three cards for each of ``channels`` hand-off channels, without the sample helpline. Gives the
    date there, for ``plan --for``.
    """
    name = _zone_in_daytime()
    then = datetime.now(UTC).astimezone(zone(name)) - timedelta(minutes=1)
    registers = workspace / "campaigns"
    (registers / "observances.yaml").write_text(observances(then.date()), "utf-8")
    (registers / "societies.yaml").write_text(_societies(name, channels), "utf-8")
    file = workspace / CAMPAIGN
    text = re.sub(
        r"^schedule:\n.*?(?=^cards:)", _schedule(then), file.read_text("utf-8"), flags=re.M | re.S
    )
    file.write_text(text, "utf-8")
    (workspace / "clarion.toml").write_text(
        'societies = ["mt"]\ncampaigns = ["our-first-campaign"]\n', "utf-8"
    )
    return then.date()


def mark_reviewed(workspace: Path) -> None:
    """What translator and reviewer do: the shipped shared catalogue copied, both files signed."""
    folder = workspace / LOCALE
    (folder / "shared.po").write_bytes((SHIPPED / "en_GB/LC_MESSAGES/shared.po").read_bytes())
    for file in folder.glob("*.po"):
        catalog = read_po(file, "en_GB", file.stem)
        for message in catalog.contexts.values():
            sign_translated(catalog, message, "first-editor")
            sign_reviewed(catalog, message, "second-editor")
        write_po(catalog, file)


def on_disk(workspace: Path) -> Counter[str]:
    """How many finished hand-off folders lie there for each delivery."""
    files = (workspace / "hand-off").glob("*/*/post.json")
    return Counter(json.loads(file.read_text("utf-8"))["key"] for file in files)


def _zone_in_daytime() -> str:
    """A zone in which neither midnight nor its neighbourhood comes in between."""
    here = datetime.now(UTC).astimezone(zone("Europe/Malta")).hour
    return "Europe/Malta" if 2 <= here <= 21 else "America/Lima"


def observances(day: date) -> str:
    """The register of a workspace in which the World Day falls on this day."""
    return f"""\
observances:
  - id: wdatip
    name: World Day against Trafficking in Persons
    rule: FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30
    overrides: {{"{day.year}": "{day}"}}
    proclaimed_by: the test
    source: the test
    confidence: knowledge
"""


def _societies(zone_name: str, channels: int) -> str:
    lines = [
        f"      - {{id: c{number}, platform: folder, locale: en_GB}}" for number in range(channels)
    ]
    return f"""\
societies:
  - id: mt
    names: {{en: Malta Red Cross Society}}
    emblem: cross
    locales: [en_GB]
    formats: {{en_GB: en_GB}}
    timezone: {zone_name}
    weekend: [sat, sun]
    channels:
""" + "\n".join(lines)


def _schedule(then: datetime) -> str:
    return f"""\
schedule:
  time: "{then:%H:%M}"
  late: {{policy: post_until, until: "23:59"}}
  days:
    "0": [{", ".join(CARDS)}]
"""
