"""CHECKLIST.txt: what a person does with a hand-off folder, step by step."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from publishers.names import LOCAL_TIME, hidden

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def checklist(request: Mapping[str, Any]) -> str:
    """What to do, in order, for somebody who sees this for the first time. `request` is that of
    a `Prepared` of the folder publisher."""
    lines = [*_heading(request), ""]
    steps = _steps(request)
    lines += [f"[ ] {number}. {step}" for number, step in enumerate(steps, 1)]
    lines += ["", "If anything looks wrong, do not post. Ask whoever plans the campaign."]
    lines += ["", *_background(request)]
    return "\n".join(lines).rstrip() + "\n"


def _heading(request: Mapping[str, Any]) -> list[str]:
    facts = request["facts"]
    lines = []
    if request["rehearsal"]:
        lines += ["REHEARSAL. Do not post this. It was made for practice only.", ""]
    if request["title"]:
        lines.append(_line(request["title"]))
    lines.append(f"When:     {_when(facts)}")
    lines.append(f"Where:    {_account(request)}")
    way = "right to left" if request["direction"] == "rtl" else "left to right"
    lines.append(f"Language: {_line(request['language'])}, written {way}")
    return lines


def _steps(request: Mapping[str, Any]) -> list[str]:
    facts = request["facts"]
    pictures = [picture["name"] for picture in request["pictures"]]
    steps = [
        f"Wait for the time: {_when(facts)}.",
        f"Open the account: {_account(request)}.",
        "Copy all of caption.txt into a new post. Change nothing.",
    ]
    if pictures:
        steps.append(f"Attach, in this order: {', '.join(pictures)}.")
    for number, name in enumerate(pictures, 1):
        steps.append(f"Paste alt-{number}.txt as the alt text of {name}.")
    steps.append(_helpline(facts))
    steps.append("Look at the preview: all of the text, every picture, the right account.")
    last = "Stop here: this is a rehearsal." if request["rehearsal"] else "Post it."
    steps.append(f"{last} Tick this step, so that nobody does it twice.")
    return steps


def _helpline(facts: Mapping[str, str]) -> str:
    line = _line(facts.get("helpline", ""))
    if line:
        return f"Check that the helpline still answers, and is the one in the post: {line}."
    return "If the post names a helpline, check that it still answers."


def _background(request: Mapping[str, Any]) -> list[str]:
    facts = request["facts"]
    names = ("society", "channel", "campaign", "card", "observance", "sources")
    lines = [f"{name}: {_line(facts[name])}" for name in names if facts.get(name)]
    return [*lines, f"key: {_line(request['key'])}"]


def _account(request: Mapping[str, Any]) -> str:
    facts = request["facts"]
    known = request["account"] or facts.get("account")
    return _line(known or f"{facts.get('society', '')}, {facts.get('channel', '')}")


def _when(facts: Mapping[str, str]) -> str:
    local = _line(facts.get("local_time", "")) or "time not given"
    utc = _line(facts.get("utc_time", "")) or "not given"
    return f"{_weekday(local)}{local} (UTC: {utc})"


def _weekday(local: str) -> str:
    found = LOCAL_TIME.match(local)
    try:
        return f"{_DAYS[date.fromisoformat(found[1]).weekday()]} " if found else ""
    except ValueError:
        return ""


def _line(text: str) -> str:
    """`text` on one line, without characters that could reorder or hide what stands around it."""
    spaced = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return " ".join("".join(char for char in spaced if not hidden(char)).split())
