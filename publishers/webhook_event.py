"""What a webhook carries: the event, its bytes, and the signature over them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from publishers.errors import AuthExpired, Permanent
from publishers.pictures import read_checked
from publishers.port import Picture, Post, Prepared, canonical_json

_SECRET = "whsec_"  # noqa: S105  how a secret begins


def signed(name: str, body: bytes, now: datetime, keys: Iterable[bytes]) -> dict[str, str]:
    """The headers of one attempt. `now` is aware; every key adds a signature."""
    stamp = str(int(now.timestamp()))
    text = f"{name}.{stamp}.".encode("ascii") + body
    made = (base64.b64encode(hmac.digest(key, text, "sha256")).decode("ascii") for key in keys)
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in made),
    }


def signing_key(name: str, secret: str) -> bytes:
    """The bytes to sign with; 24 to 64, as Standard Webhooks has it."""
    try:
        plain = secret.strip().removeprefix(_SECRET)
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.strip().startswith(_SECRET) or not 24 <= len(key) <= 64:
        wanted = f"{_SECRET} and the base64 of 24 to 64 bytes: clarion accounts add"
        raise AuthExpired(f"the secret '{name}' is not {wanted}")
    return key


def created(post: Post) -> dict[str, Any]:
    """The event, with its pictures' bytes left out. Everything a receiver is promised."""
    data = {
        "id": post.key,
        "due": post.due.isoformat().replace("+00:00", "Z"),
        "text": post.text,
        "title": post.title,
        "language": post.language,
        "direction": post.direction,
        "facts": dict(post.facts),
        "pictures": [_described(picture) for picture in post.pictures],
    }
    return {"type": "post.created", "data": data}


def _described(picture: Picture) -> dict[str, Any]:
    return {
        "alt": picture.alt,
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "sha256": picture.digest,
    }


def body_of(event: Mapping[str, Any], pictures: Sequence[bytes] | None) -> bytes:
    """The request's body, with the bytes of the pictures in it unless they are None."""
    whole = dict(event)
    if pictures is not None:
        embedded = [
            {**told, "base64": base64.b64encode(data).decode("ascii")}
            for told, data in zip(event["data"]["pictures"], pictures, strict=True)
        ]
        whole["data"] = {**event["data"], "pictures": embedded}
    return canonical_json(whole).encode("ascii")


def frozen_body(prepared: Prepared) -> bytes:
    """The body as it was when the post was prepared. Permanent when a picture has changed."""
    request = prepared.request
    event = request["event"]
    files = zip(request["files"], event["data"]["pictures"], strict=True)
    data = [
        b"".join(read_checked(Path(file), told["sha256"], number))
        for number, (file, told) in enumerate(files, 1)
        if request["embeds"]
    ]
    body = body_of(event, data if request["embeds"] else None)
    if hashlib.sha256(body).hexdigest() != request["sha256"]:
        text = f"request {prepared.key} cannot be written as it was frozen; prepare it again"
        raise Permanent(text, code="request.changed")
    return body
