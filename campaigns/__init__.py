"""Stage 1: what we want to say. Imports nothing of ours."""

from campaigns.errors import ContentError, Place
from campaigns.library import Library, open_library
from campaigns.model import Campaign, Card, Message, Society

__all__ = [
    "Campaign",
    "Card",
    "ContentError",
    "Library",
    "Message",
    "Place",
    "Society",
    "open_library",
]
