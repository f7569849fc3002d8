"""The mail: words twice, as plain text and as HTML with the pictures inside; frozen to the byte.

    multipart/alternative
      text/plain                 whose post it is and when, the text, and each alt text
      multipart/related
        text/html                the same, and each alt text under its picture too, to be copied
        image/png …              named by Content-ID

An alt text follows the name of its picture's file, so that no word of ours stands in a mail of
another language. Nothing is fetched from anywhere when it is opened, so nobody learns that it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape
from typing import Any

from publishers.facts import society_of
from publishers.pictures import SUFFIXES
from publishers.port import Post
from publishers.shelf import slug

_SUBJECT = 200
_WIDTH = 600
_SMALL = "font-size:14px;opacity:.8"
_SEPARATOR = " · "
_FONT = "16px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"


def freeze(post: Post, sender: tuple[str, str], to: Sequence[str]) -> dict[str, Any]:
    """Everything that stands in the mail but the bytes of its pictures. `sender` is a name, which
    may be empty, and an address."""
    name, domain = slug(post.key), sender[1].rpartition("@")[2]
    pictures = [
        {
            "cid": f"{number}.{name}@{domain}",
            "name": f"{number}.{SUFFIXES[picture.media_type]}",
            "media_type": picture.media_type,
            "digest": picture.digest,
            "alt": picture.alt,
            "width": min(picture.width, _WIDTH),
        }
        for number, picture in enumerate(post.pictures, 1)
    ]
    alts = [f"[{_isolated(post, str(one['name']))}] {one['alt']}" for one in pictures]
    where = _SEPARATOR.join(_isolated(post, one) for one in _where(post))
    return {
        "sender": list(sender),
        "to": list(to),
        "subject": _line(post.title) or _line(post.text) or slug(post.key),
        "date": format_datetime(post.due),
        "message_id": f"<{name}@{domain}>",
        "language": post.language,
        "boundary": hashlib.sha256(post.key.encode("utf-8")).hexdigest()[:32],
        "text": "\n\n".join([*([where] if where else []), post.text, *alts]),
        "html": _html(post, pictures),
        "pictures": pictures,
    }


def written(request: Mapping[str, Any], data: Sequence[bytes]) -> bytes:
    """The mail as it goes over the wire, but for the dots of SMTP; `data` are the pictures. The
    same for the same request."""
    mail = EmailMessage(policy=SMTP)
    mail["To"] = [Address(addr_spec=one) for one in request["to"]]
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
    return _head(request) + mail.as_bytes()


def _head(request: Mapping[str, Any]) -> bytes:
    """Who it is from and what it is about. Written here: EmailMessage, where it breaks a long line
    of other letters than ASCII, loses the space between two words."""
    name, address = request["sender"]
    sender = f"{_encoded('From', name)} <{address}>" if name else address
    if name.isascii():
        sender = formataddr((name, address))
    subject = _encoded("Subject", request["subject"])
    return f"From: {sender}\r\nSubject: {subject}\r\n".encode("ascii")


def _encoded(header: str, text: str) -> str:
    charset = None if text.isascii() else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


def _html(post: Post, pictures: Sequence[Mapping[str, Any]]) -> str:
    way = f'lang="{escape(post.language)}" dir="{post.direction}"'
    title = escape(_line(post.title))
    where = _SEPARATOR.join(f"<bdi>{escape(one)}</bdi>" for one in _where(post))
    head = f'<div style="{_SMALL};margin:0 0 16px">{where}</div>\n' if where else ""
    body = "".join([head, _paragraphs(post.text), *map(_image, pictures)])
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
        ' style="display:block;max-width:100%;height:auto;margin:0 0 8px">\n'
        f'<div style="{_SMALL};margin:0 0 24px">[<bdi>{picture["name"]}</bdi>] '
        f"{'<br>'.join(map(escape, picture['alt'].splitlines()))}</div>\n"
    )


def _where(post: Post) -> list[str]:
    """Whose post it is, for which channel, and when on the clock there: as far as it is told."""
    facts = post.facts
    told = (society_of(facts), facts.get("channel", ""), facts.get("local_time", ""))
    return [one for one in map(_line, told) if one]


def _isolated(post: Post, text: str) -> str:
    """Kept together in plain text that runs from right to left."""
    return f"\u2068{text}\u2069" if post.direction == "rtl" else text


def _line(text: str) -> str:
    """On one line, and not endless: what a header may hold."""
    words = " ".join(text.split())
    return words if len(words) <= _SUBJECT else words[: _SUBJECT - 1].rpartition(" ")[0] + "…"
