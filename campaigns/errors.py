"""What can be wrong with campaign content: one error, always one line.

ContentError   a file says something Clarion cannot accept; names file, line, field, remedy
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where in a file something stands. ``line`` counts from 1; 0 means the whole file."""

    file: Path
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)


class ContentError(ValueError):
    """A campaign file cannot be accepted. Its text is one line: place, field, problem, way out."""

    def __init__(self, place: Place, field: str, problem: str, remedy: str) -> None:
        self.place = place
        self.field = field
        self.problem = problem
        self.remedy = remedy
        super().__init__(place, field, problem, remedy)

    def __str__(self) -> str:
        field = f" {self.field}:" if self.field else ""
        return one_line(f"{self.place}:{field} {self.problem}; {self.remedy}")


def one_line(text: str) -> str:
    """The text with every run of white space as one space, so that it prints as one line."""
    return " ".join(text.split())
