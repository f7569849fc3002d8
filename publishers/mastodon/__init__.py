"""Servers that speak Mastodon's interface: Mastodon itself, and many others that say they do.

publisher    the adapter
instance     what a server told of itself: its software, its limits
answers      which answer means what
stored       a post as the server tells it, beside the one that was sent
words        the words in a post's HTML
languages    BCP 47 as Mastodon writes it
lookup       looking for a post among those of the account
"""

from publishers.mastodon.publisher import MastodonPublisher

__all__ = ["MastodonPublisher"]
