"""Pictures at a public address, where a platform will fetch them.

Some platforms take no file: they fetch the picture from a public address themselves, and tell
little when they cannot. So the address is asked first, as the platform will ask it: without
credentials, over the public internet, without following a redirect. Who serves that address from
a folder of this machine has the pictures laid there.
"""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

from publishers.errors import Permanent, PublishError, Transient
from publishers.http.client import Answer, Client, host_of
from publishers.pictures import read_checked
from publishers.port import Picture
from publishers.settings import Settings
from publishers.shelf import Writer, explained

_CAP = 1 << 26


class Served:
    """The public address of one channel's pictures; false when the channel has none.

    Settings: `pictures_url`, the address; `pictures_path`, the folder behind it, if it is one of
    this machine. A picture is named by the SHA-256 of its bytes and the suffix of its file.
    """

    def __init__(self, own: Settings, base: Path, *, local: bool, ca_file: str | None) -> None:
        """SetupError when `pictures_url` is no address."""
        self._url = own.text("pictures_url", "").rstrip("/")
        folder = own.file("pictures_path", base)
        self._folder = Path(folder) if folder else None
        self._local, self._ca_file = local, ca_file
        if self._url:
            host_of(self._url, local=local)

    def __bool__(self) -> bool:
        return bool(self._url)

    def address(self, picture: Picture) -> str:
        """Where the picture is served."""
        return f"{self._url}/{_name(picture)}"

    def offer(self, picture: Picture, number: int) -> None:
        """Return when the public address serves exactly the approved bytes, as their media type;
        where its folder is known, the picture is laid there first.

        Transient when it does not serve them yet, Permanent when it serves something else or
        refuses. `number` is that of the picture in its post, from 1.
        """
        if self._folder is not None:
            _lay(self._folder / _name(picture), picture, number)
        self._check(picture, number)

    def _check(self, picture: Picture, number: int) -> None:
        client = Client(self._url, local=self._local, cap=_CAP, ca_file=self._ca_file)
        what = f"looking for picture {number} at pictures_url"
        answer = client.read(what, f"/{_name(picture)}", headers={"Accept-Encoding": "identity"})
        if not answer.ok:
            raise _not_served(f"{client.host}: {what}", answer)
        said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if said != picture.media_type:
            text = f"{client.host} serves picture {number} as '{said[:60]}', not "
            text += picture.media_type
            raise Permanent(text, code="picture.served_as", field=f"pictures.{number}")
        if hashlib.sha256(answer.body).hexdigest() != picture.digest:
            text = f"{client.host} serves another picture {number}; copy the approved one there"
            raise Permanent(text, code="picture.served_other", field=f"pictures.{number}")


def _lay(file: Path, picture: Picture, number: int) -> None:
    """Nobody sees half a picture: it is written beside, and renamed. Two may do it at once."""
    if file.exists():
        return
    with explained(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            Writer(durable=True).save(new, read_checked(picture.path, picture.digest, number))
            new.replace(file)
        finally:
            new.unlink(missing_ok=True)


def _not_served(where: str, answer: Answer) -> PublishError:
    """A copy that is under way may arrive; a door that is shut is for a person. Object stores
    whose lists are not public say 403 of what is not there."""
    if answer.status == 401:
        text = f"{where}: it must be open to everybody [401]"
        return Permanent(text, code="picture.not_public", field="settings")
    why = "it is not there, or not open to everybody" if answer.status == 403 else "it is not there"
    text = f"{where}: {why}; copy it [{answer.status}]"
    return Transient(text, scope="post" if answer.status in (403, 404, 410) else "host")


def _name(picture: Picture) -> str:
    return picture.digest + picture.path.suffix.lower()
