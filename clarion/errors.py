"""What the shell itself can refuse; every text is one line with the way out."""

from __future__ import annotations


class ClarionError(Exception):
    """Something a person can mend."""
