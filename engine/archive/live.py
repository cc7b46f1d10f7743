"""Whether a live tape is being written: by a lock that a process holds and that dies with it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO

try:
    import fcntl
except ImportError:  # no such locks on Windows
    fcntl = None  # type: ignore[assignment]

_HOUR_S = 3600.0


def hold(file: FileIO) -> None:
    """Keep a file as ours for as long as it is open: a process that dies lets go of it."""
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX)  # waits at most for somebody who is just looking whether it is held


def is_held(path: Path) -> bool:
    """Whether some process is writing a live tape; without locks one that was written to within the hour."""
    if fcntl is None:
        return time.time() - written_at(path) < _HOUR_S
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def written_at(path: Path) -> float:
    """When a file was last written to; long ago if it is gone."""
    try:
        return path.stat().st_mtime
    except OSError:  # filed meanwhile
        return 0.0
