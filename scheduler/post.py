"""From approved content to what a publisher takes, and from what it stored back to a verdict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from publishers.port import Picture, Post, Receipt
from publishers.sameness import same_text
from scheduler.delivery import Content, Delivery, PictureRef


def compose(delivery: Delivery, content: Content, assets: Path) -> Post:
    """The post of a delivery; its key is the delivery's id. ``assets`` is where pictures lie."""
    return Post(
        key=delivery.id,
        text=content.text,
        language=content.language,
        direction=content.direction,
        title=content.title,
        pictures=tuple(_picture(picture, assets) for picture in content.pictures),
        facts=dict(content.facts) | _facts(delivery),
    )


def touched(content: Content, assets: Path) -> list[str]:
    """Pictures whose file is not, byte for byte, the one that was approved; one line each."""
    reasons = []
    for picture in content.pictures:
        file = assets / picture.file
        try:
            found = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            reasons.append(f"{file}: cannot be read ({error.strerror}): build it again")
            continue
        if found != picture.digest:
            reasons.append(f"{file}: changed since it was approved: build and approve it again")
    return reasons


def differences(content: Content, receipt: Receipt) -> str:
    """What the platform stored otherwise than it was approved, in words; empty when nothing.

    Other spaces, line ends and composition are no difference: see ``publishers.sameness``.
    """
    approved = {
        "text": content.text,
        "language": content.language,
        "alts": [picture.alt for picture in content.pictures],
    }
    names = {"text": "text", "language": "language", "alts": "alt text"}
    other = [
        names[name]
        for name, value in approved.items()
        if name in receipt.echoed and not _same(receipt.echoed[name], value)
    ]
    return f"the platform stored another {', '.join(other)}: look at the post" if other else ""


def _same(stored: object, approved: object) -> bool:
    if isinstance(stored, str) and isinstance(approved, str):
        return same_text(stored, approved)
    if isinstance(stored, list | tuple) and isinstance(approved, list):
        return len(stored) == len(approved) and all(map(_same, stored, approved))
    return stored == approved


def receipt_fields(receipt: Receipt) -> Mapping[str, Any]:
    """The receipt as JSON values, for the ledger."""
    fields = {
        "remote_id": receipt.remote_id,
        "url": receipt.url,
        "at": receipt.at.astimezone(UTC).isoformat(),
        "echoed": dict(receipt.echoed),
    }
    # whatever a platform echoed, it must not keep us from writing down that it is posted
    plain: Mapping[str, Any] = json.loads(json.dumps(fields, default=str))
    return plain


def _picture(picture: PictureRef, assets: Path) -> Picture:
    file = assets / picture.file
    return Picture(
        path=file,
        media_type=picture.media_type,
        alt=picture.alt,
        width=picture.width,
        height=picture.height,
        digest=picture.digest,
        size=_size(file),
    )


def _size(file: Path) -> int | None:
    """None for a file that is not there: whoever sends it will say so."""
    try:
        return file.stat().st_size
    except OSError:
        return None


def _facts(delivery: Delivery) -> dict[str, str]:
    return {
        "campaign": delivery.campaign,
        "card": delivery.card,
        "society": delivery.society,
        "channel": delivery.channel,
        "locale": delivery.locale,
        "local_time": f"{delivery.wall:%Y-%m-%d %H:%M} {delivery.zone}",
        "utc_time": f"{delivery.due_at.astimezone(UTC):%Y-%m-%d %H:%M}",
    }
