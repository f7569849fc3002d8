"""The server that some of these tests share."""

from __future__ import annotations

from tests.postgres import postgres

__all__ = ["postgres"]
