"""The hand-off root on disk: its lock, its staging area, its records, and its errors in words."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from publishers.errors import Permanent, Transient

_PATIENCE = 30.0
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_FOLDER = (errno.ENOTDIR, errno.EEXIST, errno.ENOENT, errno.EXDEV)


class Shelf:
    """Everything under one root, which is made when needed if it is our `own`. Only `verify`,
    `unplugged`, `record` and `staging` do without the lock."""

    def __init__(self, root: Path, *, own: bool, writer: Writer) -> None:
        self.root = root
        self.writer = writer
        self._own = own
        self._inside = root / ".clarion"

    @property
    def unplugged(self) -> bool:
        """A root not our own that is missing: more likely a disk that is not connected than a
        folder to be made."""
        return not self._own and not self.root.is_dir()

    def verify(self) -> None:
        """OSError or Permanent when nothing could be written here. Writes nothing."""
        self._need_root()
        there = next(path for path in (self.root, *self.root.parents) if path.exists())
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone among threads and processes; Transient when that takes too long."""
        self._need_root()
        self._inside.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._inside / "lock", timeout=_PATIENCE)
        try:
            lock.acquire()
        except Timeout as error:
            text = f"{self.root}: busy for {_PATIENCE:.0f} s with another writer; try again later"
            raise Transient(text, scope="host") from error
        try:
            yield
        finally:
            lock.release()

    def clean(self) -> None:
        """Remove what a crash left: the record first, then what it spoke of."""
        for left in self._all_staging():
            self._record_file(left.name).unlink(missing_ok=True)
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()

    def staging(self, key: str) -> Path:
        return self._inside / "staging" / slug(key)

    def record(self, key: str) -> dict[str, Any] | None:
        """`digest`, `folder` and `receipt` of this key; None when it was never recorded."""
        return read_json(self._record_file(slug(key)), "digest", "folder", "receipt")

    def write_record(self, key: str, record: Mapping[str, Any]) -> None:
        file = self._record_file(slug(key))
        file.parent.mkdir(exist_ok=True)
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        self.writer.save_json(new, record)
        new.replace(file)
        self.writer.sync(file.parent)
        self.writer.sync(self._inside)

    def discard(self, key: str) -> None:
        """Undo a hand-over that did not come to its rename."""
        self._record_file(slug(key)).unlink(missing_ok=True)
        shutil.rmtree(self.staging(key), ignore_errors=True)

    def take_back(self, key: str, place: Path | None) -> None:
        """Out of sight in one step, then gone; with the record, even when nothing lies there."""
        staging = self.staging(key)
        staging.parent.mkdir(exist_ok=True)
        if place is not None:
            place.rename(staging)
            self.writer.sync(place.parent)
        self.discard(key)

    def _need_root(self) -> None:
        if self.unplugged:
            text = f"{self.root} is not there; connect the disk, or make the folder"
            raise Permanent(text, code="folder.missing", field="path")

    def _record_file(self, slug: str) -> Path:
        return self._inside / "handed-over" / f"{slug}.json"

    def _all_staging(self) -> list[Path]:
        try:
            return sorted((self._inside / "staging").iterdir())
        except FileNotFoundError:
            return []


@contextmanager
def explained(root: Path) -> Iterator[None]:
    """Turn what the operating system says into what a person can do about it."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _FULL:
            text = f"{root}: no room left ({reason}); free some space"
            raise Transient(text, scope="host") from error
        if error.errno in _REFUSED:
            text = f"{root}: cannot be written ({reason}); give write permission or change the path"
            raise Permanent(text, code="folder.unwritable", field="path") from error
        if error.errno == errno.ENAMETOOLONG:
            text = f"{root}: the path is too long; choose one nearer to the top of the disk"
            raise Permanent(text, code="folder.too_long", field="path") from error
        if error.errno in _NO_FOLDER:
            text = f"{root}: no folder can be made there ({reason}); change the path"
            raise Permanent(text, code="folder.unusable", field="path") from error
        raise Transient(f"{root}: {reason}; try again later", scope="host") from error


def slug(key: str) -> str:
    """A file name for the key: the key itself where that is safe."""
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", key):
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def read_json(file: Path, *names: str) -> dict[str, Any] | None:
    """A JSON object with these names; None when there is no such file; Permanent when it is
    something else."""
    try:
        value = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        value = None
    if not isinstance(value, dict) or not value.keys() >= set(names):
        text = f"{file}: damaged; put the original back, or move it away after checking by hand"
        raise Permanent(text, code="folder.damaged", field="path")
    return value


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes files. A `durable` one waits until the disk has them; a rehearsal's does not, since
    nobody needs it after a loss of power."""

    durable: bool

    def save(self, file: Path, pieces: Iterable[bytes]) -> None:
        """Write a new file."""
        with file.open("xb") as out:
            for piece in pieces:
                out.write(piece)
            if self.durable:
                out.flush()
                os.fsync(out.fileno())

    def save_json(self, file: Path, value: Mapping[str, Any]) -> None:
        """As `save`, in a form people can read."""
        text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        self.save(file, [text.encode("utf-8")])

    def sync(self, folder: Path) -> None:
        """Wait until the disk has the folder's entries."""
        if os.name != "posix" or not self.durable:
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
