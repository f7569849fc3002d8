"""One thing wrong with one translation, whoever finds it: checks, terminology or wording."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.rules import Level


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, why that matters and the way out. An error holds every card that needs the
    message; a warning is for the translator; info is only shown when somebody asks."""

    rule: str
    level: Level
    problem: str
    remedy: str
    why: str = ""
