"""The user's own folder of things made once: compiled packs, trained models, fast speech models.

What lies there decides what callers are told and taken to say, so it is read only from a folder that
nobody else may write to, and each file is put there in one step.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

VARIABLE = "FRONTDESK_CACHE"
"""Variable that names another folder."""


def cache_folder() -> Path:
    """The folder, by the customs of the system; it need not exist yet."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "frontdesk"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "frontdesk"


def is_ours(folder: Path) -> bool:
    """Whether nobody but this user can have put files there."""
    try:
        status = folder.stat()
    except OSError:
        return False
    owner = getattr(os, "getuid", lambda: status.st_uid)()
    return status.st_uid == owner and not status.st_mode & 0o022


def put(path: Path, content: bytes) -> None:
    """Write a file in one step: readers see the old one or the new one, never a part.

    Raises:
        OSError: the disk does not take it.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
