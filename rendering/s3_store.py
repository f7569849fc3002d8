"""Assets in a bucket of an S3-compatible service, with a folder of this machine before it.

What lies in the folder lies in the bucket too: a picture is uploaded first, then written here. Of
two machines that draw the same picture at once, the first to upload it wins and the other takes
over its bytes, so that all of them post the same. Every object carries the SHA-256 of its bytes.

The bucket's own life is its owner's: an object that is removed there stays in the folders of those
who have it, and whoever lacks it draws it anew.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rendering.asset import LENT, AssetStore, lent_name
from rendering.encode import Encoding
from rendering.errors import AssetError
from rendering.store import StoreUnavailable

if TYPE_CHECKING:
    from obstore.store import S3Config
    from obstore.store import S3Store as Bucket

_AT_ONCE = 16
"""Requests under way at once; each spends nearly all its time waiting."""
_ANSWER = timedelta(seconds=60)
_CONNECT = timedelta(seconds=5)
_TRIES = 4
_SHA256 = "sha256"
_STATUS = re.compile(r"status code: (\d{3} [A-Za-z ]+)")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")


@dataclass(frozen=True, slots=True)
class Keys:
    """What proves to the service who asks. Never shown; it travels to drawing processes only."""

    id: str = field(repr=False)
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, and a prefix in it without a slash at either end; empty for the whole bucket.

    ``endpoint`` is the service's address, ``https://...``; empty for that of AWS in the region.
    """

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"

    def __str__(self) -> str:
        path = f"{self.bucket}/{self.prefix}".rstrip("/")
        return f"s3://{path} at {self.address}"

    @property
    def address(self) -> str:
        """The service's address."""
        return self.endpoint or f"https://s3.{self.region}.amazonaws.com"


@dataclass(frozen=True)
class S3Store:
    """A :class:`rendering.store.Store` whose assets are in a bucket; ``folder`` keeps copies.

    Another bucket needs another folder.
    """

    folder: Path
    place: Place
    keys: Keys

    def path(self, name: str, encoding: Encoding) -> Path:
        return self._here.path(name, encoding)

    def holds(self, names: Iterable[str], encoding: Encoding) -> set[str]:
        return self._found(names, encoding, self._exists)

    def bring(self, names: Iterable[str], encoding: Encoding) -> set[str]:
        return self._found(names, encoding, self._brought)

    def fetch(self, file: str, digest: str) -> None:
        path = self.folder / file
        if _digest_of(path) == digest or (data := self._get(file)) is None:
            return
        if hashlib.sha256(data).hexdigest() != digest:
            raise AssetError(
                f"{file} in {self.place} is not the picture that was approved; "
                "build and approve it again"
            )
        self._here.put(path, data)

    def write(self, name: str, encoding: Encoding, data: bytes) -> Path:
        path = self.path(name, encoding)
        kept = self._put(self._key(path), data, encoding.media_type)
        return self._here.write(name, encoding, kept)

    def lend(self, file: Path) -> str:
        name, data = lent_name(file)
        if not (self.folder / LENT / name).is_file():
            self._put(f"{LENT}/{name}", data)
            self._here.put(self.folder / LENT / name, data)
        return name

    def lent(self, name: str) -> Path:
        self.fetch(f"{LENT}/{name}", name.partition(".")[0])
        return self._here.lent(name)

    def tidy(self) -> None:
        self._here.tidy()

    def __getstate__(self) -> dict[str, object]:
        """Without the connection, which every process makes for itself."""
        return {"folder": self.folder, "place": self.place, "keys": self.keys}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)

    # --- the folder -------------------------------------------------------------------------------

    @cached_property
    def _here(self) -> AssetStore:
        return AssetStore(self.folder)

    def _key(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _found(
        self, names: Iterable[str], encoding: Encoding, look: Callable[[Path], bool]
    ) -> set[str]:
        """What lies in the folder, and of the rest what ``look`` says yes to, many at once."""
        wanted = list(names)
        here = self._here.holds(wanted, encoding)
        rest = [name for name in wanted if name not in here]
        if not rest:
            return here
        with ThreadPoolExecutor(min(_AT_ONCE, len(rest)), "clarion-assets") as pool:
            found = pool.map(look, [self.path(name, encoding) for name in rest])
            return here | {name for name, yes in zip(rest, found, strict=True) if yes}

    def _brought(self, path: Path) -> bool:
        data = self._get(self._key(path))
        if not data:
            return False
        self._here.put(path, data)
        return True

    # --- the bucket -------------------------------------------------------------------------------

    @cached_property
    def _bucket(self) -> Bucket:
        try:
            from obstore.store import S3Store as Bucket
        except ImportError as error:
            raise StoreUnavailable(
                f"{self.place}: the package for S3 is not installed; run: pip install 'clarion[s3]'"
            ) from error
        address = self.place.address
        config: S3Config = {
            "endpoint": address,
            # What the library would otherwise look for in the environment, and heed.
            "aws_endpoint_url_s3": address,
            "region": self.place.region,
            "access_key_id": self.keys.id,
            "secret_access_key": self.keys.secret,
        }
        if self.keys.token:
            config["session_token"] = self.keys.token
        return Bucket(
            self.place.bucket,
            prefix=self.place.prefix or None,
            config=config,
            client_options={
                "allow_http": address.startswith("http://"),
                "connect_timeout": _CONNECT,
                "timeout": _ANSWER,
            },
            retry_config={"max_retries": _TRIES, "retry_timeout": _ANSWER},
        )

    def _exists(self, path: Path) -> bool:
        bucket = self._bucket
        import obstore

        try:
            return obstore.head(bucket, self._key(path))["size"] > 0
        except FileNotFoundError:
            return False
        except obstore.exceptions.BaseError as error:
            self._fail(error)

    def _get(self, key: str) -> bytes | None:
        """An object's bytes, as they were stored; None when there is none."""
        bucket = self._bucket
        import obstore

        try:
            answer = obstore.get(bucket, key)
            data = bytes(answer.bytes())
        except FileNotFoundError:
            return None
        except obstore.exceptions.BaseError as error:
            self._fail(error)
        told = answer.attributes.get(_SHA256, "")
        if told and hashlib.sha256(data).hexdigest() != told:
            raise AssetError(
                f"{key} in {self.place}: what arrived is not what was stored (its SHA-256 is "
                "another); run the command again, or remove the object"
            )
        return data

    def _put(self, key: str, data: bytes, media_type: str = "") -> bytes:
        """Upload unless somebody has; returns the bytes that are there now."""
        bucket = self._bucket
        import obstore

        about = {_SHA256: hashlib.sha256(data).hexdigest()}
        if media_type:
            about["Content-Type"] = media_type
        try:
            try:
                obstore.put(bucket, key, data, mode="create", attributes=about)
            except obstore.exceptions.AlreadyExistsError:
                if theirs := self._sound(key):
                    return theirs
                obstore.put(bucket, key, data, mode="overwrite", attributes=about)
        except obstore.exceptions.BaseError as error:
            self._fail(error)
        return data

    def _sound(self, key: str) -> bytes | None:
        """What is there, unless it is damaged: then it is worth nothing to anybody."""
        try:
            return self._get(key)
        except StoreUnavailable:
            raise
        except AssetError:
            return None

    def _fail(self, error: Exception) -> NoReturn:
        """One line for what the library tells in many; never with anything of the keys."""
        text = str(error)
        status, code = _STATUS.search(text), _CODE.search(text)
        if status is None:
            why = "does not answer; check the network and the setting 'assets_endpoint'"
        elif status[1].startswith(("401", "403")):
            why = (
                f"refuses these credentials ({code[1] if code else status[1].strip()}); set "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key that may list, read and write"
            )
        else:
            why = (
                f"answers {status[1].strip()}{f' ({code[1]})' if code else ''}; "
                "check the settings 'assets' and 'assets_endpoint'"
            )
        raise StoreUnavailable(
            f"{self.place} {why}; what was finished is kept, run the command again"
        ) from None


def _digest_of(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
