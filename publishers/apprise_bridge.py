"""The long tail of notification services, over apprise: sent once, and forgotten.

apprise says yes or no and nothing else: no id, no look-up, no deletion, no language, no alt text of
a picture; and after a no the message may have gone out all the same, in part or whole. So a no is
Unknown, and a person looks. Platforms that have a publisher of their own are refused here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import publishers.http.client  # noqa: F401  keeps the paths of requests out of the logs
from publishers.account import Account, Wanted
from publishers.errors import AuthExpired, Permanent, SetupError, Unknown
from publishers.http.address import resolve
from publishers.limits import check, refuse
from publishers.pictures import check_files, read_checked
from publishers.platforms import capabilities
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Post,
    Prepared,
    Receipt,
    WithoutUploads,
    refuse_foreign,
)
from publishers.settings import Settings

OWN = {
    "mastodon": ("mastodon", "mastodons", "toot", "toots"),
    "bluesky": ("bluesky", "bsky"),
    "telegram": ("tgram",),
    "discord": ("discord",),
    "slack": ("slack",),
    "x": ("x", "tweet", "twitter"),
    "email": ("mailto", "mailtos"),
}
"""Platforms with a publisher of their own, and what apprise calls them."""
_MINUTE = 60.0


class ApprisePublisher(WithoutUploads):
    """Sends a post to one service of apprise, with the alt texts below its text.

    Settings: `local`, for a service inside one's own network. The secret `url` is the service's
    address as apprise writes it; what that says of retries, redirects or optional delivery is
    not followed.
    """

    kind = "apprise"
    wanted = (Wanted("url", "the address of the service, as apprise writes it"),)

    def __init__(
        self,
        channel: str,
        settings: Mapping[str, object],
        base: Path,  # noqa: ARG002  every factory is called alike
        account: Account,
    ) -> None:
        """SetupError when a setting is unknown, or when apprise is not installed."""
        own = Settings(channel, settings)
        self._local = own.flag("local")
        own.done()
        _apprise(channel)
        self._channel = channel
        self._account = account
        self._capabilities = capabilities(
            self.kind,
            idempotency=Idempotency.NONE,
            can_find=False,
            can_delete=False,
            alts=False,
            languages=False,
        )

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        """Whether apprise knows the service. Nobody is asked: that would be a message already."""
        return f"{self._service().service_name} over apprise, sent and forgotten"

    def validate(self, post: Post) -> list[Finding]:
        return check(post, self._capabilities)

    def prepare(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        check_files(post, self._capabilities.max_bytes)
        alts = [f"[{number}] {picture.alt}" for number, picture in enumerate(post.pictures, 1)]
        files = [
            {"path": str(picture.path.absolute()), "digest": picture.digest}
            for picture in post.pictures
        ]
        body = "\n\n".join([post.text, *alts])
        return Prepared.of(post.key, self.kind, {"title": post.title, "body": body, "files": files})

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """Hand it to apprise, once. Calling it again sends it again."""
        refuse_foreign(prepared, self.kind, now)
        request, service = prepared.request, self._service()
        self._fits(service, request)
        for number, file in enumerate(request["files"], 1):
            for _ in read_checked(Path(file["path"]), file["digest"], number):
                pass
        if not self._sent(service, request):
            text = f"post {prepared.key}: {service.service_name} over apprise did not say yes"
            raise Unknown(text, phase="answer")
        return Receipt(prepared.key, None, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:  # noqa: ARG002
        return CannotTell("apprise cannot look anything up")

    def delete(self, receipt: Receipt) -> None:
        """Permanent, always."""
        text = f"post {receipt.remote_id}: apprise takes nothing back; delete it at the service"
        raise Permanent(text, code="delete.impossible")

    def _sent(self, service: Any, request: Mapping[str, Any]) -> bool:
        apprise = _apprise(self._channel)
        sender = apprise.Apprise(asset=service.asset)
        sender.add(service)
        files = [apprise.attachment.file.AttachFile(file["path"]) for file in request["files"]]
        title = request["title"] if len(request["title"]) <= service.title_maxlen else ""
        try:
            return bool(sender.notify(request["body"], title, attach=files or None))
        except Exception:  # noqa: BLE001  whatever it was, it may have gone out; it may hold the url
            return False

    def _service(self) -> Any:
        """The service at the secret address. AuthExpired when apprise does not know it, Permanent
        when it must not be used from here."""
        apprise = _apprise(self._channel)
        asset = apprise.AppriseAsset(
            async_mode=False,
            http_redirects=False,
            allow_templates=False,
            pem_autogen=False,
            pgp_autogen=False,
            body_format="text",
            storage_mode="memory",
            service_timeout=_MINUTE,
        )
        url = self._account.grant()["url"].reveal()
        service = apprise.Apprise.instantiate(url, asset=asset)
        if service is None:
            text = "the secret 'url' is no address that apprise knows: clarion accounts add"
            raise AuthExpired(text)
        service.retry, service.optional, service.redirects = 0, False, False
        self._refuse_own(service)
        if not self._local and "host" in service.template_tokens:
            resolve(str(service.host), service.port or 443, local=False)
        return service

    def _refuse_own(self, service: Any) -> None:
        known = {*_names(service.protocol), *_names(service.secure_protocol)}
        for kind, names in OWN.items():
            if known & set(names):
                text = f"channel {self._channel}: {service.service_name} has a publisher of its own"
                text = f"{text}, with alt texts and no doubles: write 'platform: {kind}'"
                raise Permanent(text, code="apprise.own", field="settings")

    def _fits(self, service: Any, request: Mapping[str, Any]) -> None:
        actual, limit = len(request["body"]), service.body_maxlen
        if actual > limit:
            text = (
                f"{service.service_name}: {actual} characters with the alt texts, at most {limit}"
            )
            raise Permanent(f"{text}; shorten it", code="text.too_long", field="text")
        if request["files"] and not service.attachment_support:
            text = f"{service.service_name} takes no pictures over apprise; choose another way"
            raise Permanent(text, code="pictures.too_many", field="pictures")


def _apprise(channel: str) -> Any:
    try:
        import apprise
        import apprise.attachment.file
    except ImportError:
        text = f"channel {channel}: apprise is not installed: pip install 'clarion[apprise]'"
        raise SetupError(text) from None
    logging.getLogger("apprise").addFilter(_quiet)
    return apprise


def _quiet(record: logging.LogRecord) -> bool:  # noqa: ARG001
    """apprise logs addresses and whole messages."""
    return False


def _names(schemas: Any) -> tuple[str, ...]:
    return (schemas,) if isinstance(schemas, str) else tuple(schemas or ())
