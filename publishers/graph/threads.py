"""Threads. Pictures come from a public address: `pictures_url` names it.

Documentation: https://developers.facebook.com/docs/threads/posts, /docs/threads/troubleshooting
and /docs/threads/reference.
"""

from __future__ import annotations

from publishers.account import Wanted
from publishers.errors import Permanent
from publishers.graph.client import node
from publishers.graph.containers import CONTAINER, ContainerPublisher
from publishers.graph.reading import Dialect
from publishers.port import Picture, Receipt


class ThreadsPublisher(ContainerPublisher):
    """Posts to one account.

    Settings: `pictures_url` and `pictures_path` as in `publishers.served`; a channel that
    posts only words needs none. `user`, `server`, `local` and `ca_file` are for tests.
    """

    wanted = (Wanted("token", "a long-lived access token of the Threads account"),)
    kind = "threads"
    dialect = Dialect(
        kind="threads",
        name="Threads",
        origin="https://graph.threads.net",
        version="v1.0",
        make="threads",
        publish="threads_publish",
        posts="threads",
        quota="threads_publishing_limit",
        words="text",
        state="status",
        renewal="th_refresh_token",
    )

    def one(self, picture: Picture | None, address: str, text: str) -> dict[str, str]:
        if picture is None:
            return {"media_type": "TEXT", "text": text}
        return {
            "media_type": "IMAGE",
            "image_url": address,
            "alt_text": picture.alt,
            "text": text,
        }

    def child(self, picture: Picture, address: str) -> dict[str, str]:
        said = {"media_type": "IMAGE", "image_url": address, "alt_text": picture.alt}
        return said | {"is_carousel_item": "true"}

    def delete(self, receipt: Receipt) -> None:
        """See `Publisher.delete`. Permanent where the number of the post is not known."""
        if receipt.remote_id.startswith(CONTAINER):
            text = "Threads: the number of this post is not known: delete it in the app"
            raise Permanent(text, code="delete.unknown")
        self._graph.remove("deleting the post", node(receipt.remote_id))
