"""A first workspace: settings, one campaign of three cards, and its English catalogue."""

from __future__ import annotations

from pathlib import Path

from clarion.errors import ClarionError
from clarion.messages import update_workspace
from clarion.settings import FILE, load_settings
from clarion.wiring import Studio

_STARTER = Path(__file__).parent / "starter"


def create_workspace(folder: Path) -> list[Path]:
    """Write the starter files; refuses a folder that already holds a workspace."""
    if (folder / FILE).exists():
        raise ClarionError(f"{folder}: already a workspace; choose another folder")
    made = []
    try:
        for source in sorted(_STARTER.rglob("*")):
            if source.is_file():
                target = folder / source.relative_to(_STARTER)
                if target.exists():
                    raise ClarionError(f"{target}: is in the way; choose an empty folder")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read_bytes())
                made.append(target)
        made += update_workspace(Studio(load_settings(folder)), ("en_GB",), ())
    except OSError as error:
        raise ClarionError(
            f"{folder}: {error.strerror}; give write permission or choose another folder"
        ) from error
    return made
