"""Bluesky, and any other personal data server (PDS) that speaks the AT Protocol.

adapter     the publisher
session     signing in, and renewing what that gave
record      the post as the network stores it
richtext    which bytes of the text are links and hashtags
tid         the key under which a post is stored
answers     what the server's errors mean
"""

from publishers.bluesky.adapter import BlueskyPublisher

__all__ = ["BlueskyPublisher"]
