"""Instagram, for professional accounts, through Instagram's own login.

Pictures only as JPEG, and only from a public address: `pictures_url` names it. A post without a
picture does not exist, and one that is out cannot be taken down from here.
Documentation: https://developers.facebook.com/docs/instagram-platform/content-publishing.
"""

from __future__ import annotations

from publishers.account import Wanted
from publishers.errors import Permanent
from publishers.graph.client import VERSION
from publishers.graph.containers import ContainerPublisher
from publishers.graph.reading import Dialect
from publishers.limits import missing
from publishers.port import Finding, Picture, Post, Receipt


class InstagramPublisher(ContainerPublisher):
    """Posts to one professional account.

    Settings: `pictures_url` and `pictures_path` as in `publishers.served`; `user`, the
    account's number, only where the token is for several. `server` is
    `https://graph.facebook.com` for tokens of Facebook's login; `local` and `ca_file` are for
    tests.
    """

    wanted = (Wanted("token", "a long-lived access token of the Instagram account"),)
    kind = "instagram"
    dialect = Dialect(
        kind="instagram",
        name="Instagram",
        origin="https://graph.instagram.com",
        version=VERSION,
        make="media",
        publish="media_publish",
        posts="media",
        quota="content_publishing_limit",
        words="caption",
        state="status_code",
        renewal="ig_refresh_token",
    )

    def validate(self, post: Post) -> list[Finding]:
        findings = super().validate(post)
        if post.text.strip() and not post.pictures:
            text = "Instagram shows no post without a picture; add one"
            findings.append(missing("pictures.missing", "pictures", text))
        return findings

    def one(self, picture: Picture | None, address: str, text: str) -> dict[str, str]:
        if picture is None:
            raise ValueError("a post without a picture is refused before it comes here")
        return {"image_url": address, "caption": text, "alt_text": picture.alt}

    def child(self, picture: Picture, address: str) -> dict[str, str]:
        return {"image_url": address, "alt_text": picture.alt, "is_carousel_item": "true"}

    def delete(self, receipt: Receipt) -> None:
        """Instagram takes nothing down for an app."""
        text = f"Instagram: {receipt.url or receipt.remote_id}: delete it in the app"
        raise Permanent(text, code="delete.unsupported")
