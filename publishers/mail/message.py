"""The mail: words twice, as plain text and as HTML with the pictures inside; frozen to the byte.

    multipart/alternative
      text/plain                 the text, and under it each alt text
      multipart/related
        text/html                the text, and each picture with its alt text
        image/png …              named by Content-ID

Nothing is fetched from anywhere when it is opened, so nobody learns that it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any

from publishers.port import Post
from publishers.shelf import slug

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_SUBJECT = 200
_WIDTH = 600
_FONT = "16px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"


def freeze(post: Post, sender: tuple[str, str], to: Sequence[str]) -> dict[str, Any]:
    """Everything that stands in the mail but the bytes of its pictures. `sender` is a name, which
    may be empty, and an address."""
    name, domain = slug(post.key), sender[1].rpartition("@")[2]
    pictures = [
        {
            "cid": f"{number}.{name}@{domain}",
            "name": f"{number}.{_SUFFIXES[picture.media_type]}",
            "media_type": picture.media_type,
            "digest": picture.digest,
            "alt": picture.alt,
            "width": min(picture.width, _WIDTH),
        }
        for number, picture in enumerate(post.pictures, 1)
    ]
    alts = [f"[{number}] {one['alt']}" for number, one in enumerate(pictures, 1)]
    return {
        "sender": list(sender),
        "to": list(to),
        "subject": _line(post.title) or _line(post.text) or slug(post.key),
        "date": format_datetime(post.due),
        "message_id": f"<{name}@{domain}>",
        "language": post.language,
        "boundary": hashlib.sha256(post.key.encode("utf-8")).hexdigest()[:32],
        "text": "\n\n".join([post.text, *alts]),
        "html": _html(post, pictures),
        "pictures": pictures,
    }


def written(request: Mapping[str, Any], data: Sequence[bytes]) -> bytes:
    """The mail as it goes over the wire, but for the dots of SMTP; `data` are the pictures. The
    same for the same request."""
    mail = EmailMessage(policy=SMTP)
    name, address = request["sender"]
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = [Address(addr_spec=one) for one in request["to"]]
    mail["Subject"] = request["subject"]
    mail["Date"] = request["date"]
    mail["Message-ID"] = request["message_id"]
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(request["text"], cte="quoted-printable")
    mail.add_alternative(request["html"], subtype="html", cte="quoted-printable")
    shown = list(mail.iter_parts())[1]
    for picture, bytes_ in zip(request["pictures"], data, strict=True):
        kind, _, subtype = picture["media_type"].partition("/")
        cid, name = f"<{picture['cid']}>", picture["name"]
        shown.add_related(bytes_, kind, subtype, cid=cid, filename=name, disposition="inline")
    for number, part in enumerate(mail.walk()):
        if part.get_content_maintype() != "image":
            part["Content-Language"] = request["language"]
        if part.is_multipart():
            # With "=_", no line of the parts can be taken for it (RFC 2045, 6.7).
            part.set_boundary(f"=_{number}_{request['boundary']}")
    return mail.as_bytes()


def _html(post: Post, pictures: Sequence[Mapping[str, Any]]) -> str:
    way = f'lang="{escape(post.language)}" dir="{post.direction}"'
    title = escape(_line(post.title))
    head = f'<h1 style="font-size:20px;line-height:1.3;margin:0 0 16px">{title}</h1>'
    body = "".join([head if title else "", _paragraphs(post.text), *map(_image, pictures)])
    return (
        f'<!doctype html>\n<html {way}>\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title></head>\n'
        '<body style="margin:0;padding:24px 16px">\n'
        f'<div {way} style="max-width:{_WIDTH}px;margin:0 auto;font:{_FONT}">\n'
        f"{body}</div>\n</body>\n</html>\n"
    )


def _paragraphs(text: str) -> str:
    whole = "\n".join(text.splitlines()).strip("\n")
    return "".join(
        f'<p style="margin:0 0 16px">{"<br>".join(escape(part).split(chr(10)))}</p>\n'
        for part in whole.split("\n\n")
        if part.strip()
    )


def _image(picture: Mapping[str, Any]) -> str:
    return (
        f'<img src="cid:{picture["cid"]}" alt="{escape(picture["alt"])}"'
        f' width="{picture["width"]}"'
        ' style="display:block;max-width:100%;height:auto;margin:0 0 16px">\n'
    )


def _line(text: str) -> str:
    """On one line, and not endless: what a header may hold."""
    words = " ".join(text.split())
    return words if len(words) <= _SUBJECT else words[: _SUBJECT - 1].rpartition(" ")[0] + "…"
