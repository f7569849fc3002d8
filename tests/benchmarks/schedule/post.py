"""The one function that every engine runs: one post, with requests, one session for each thread."""

from __future__ import annotations

import threading

import requests

SLOTS = 64
"""How many posts every engine may have on the wire."""
TEXT = (
    "MYTH: People who are trafficked are always taken across a border. FACT: Many are never moved "
    "out of their own country, or even out of their own town. Trafficking is about control, not "
    "about travel. If something feels wrong, ask for help: the call is free, at any hour, and "
    "nobody will ask for your papers. #EndHumanTrafficking #HumanityFirst"
)
_mine = threading.local()


def post(url: str, key: str, text: str = TEXT) -> None:
    """Post, once. ``url`` is the platform's; raises the errors of requests."""
    answer = _session().post(f"{url}/post/{key}", json={"text": text, "language": "en"}, timeout=30)
    answer.raise_for_status()


def found(url: str, key: str) -> bool:
    """Whether the platform has it."""
    answer = _session().get(f"{url}/found/{key}", timeout=30)
    return bool(answer.status_code == requests.codes.created)


def _session() -> requests.Session:
    session: requests.Session | None = getattr(_mine, "session", None)
    if session is None:
        session = _mine.session = requests.Session()
        session.trust_env = False  # loopback is asked directly, whatever proxy is set
    return session
