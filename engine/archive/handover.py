"""Asking for a live call to be given to a person, from a process that does not carry it.

The console and the telephone are two processes, so that a page that takes long to draw costs no frame of
anybody's call. What they share is the folder of live tapes: the console leaves a wish beside the tape, the
process that has the call takes it away and does it. A socket between them would have to be found, named and
guarded; the folder is there already, and nobody else on the machine may enter it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.archive.live import is_held

if TYPE_CHECKING:
    from engine.archive.store import Archive

LOOK_S = 0.25
"""How often whoever carries calls looks whether something was asked for."""
_PATIENCE_S = 3.0
_POLL_S = 0.05
_WISH = ".handover"


def ask(archive: Archive, call: str, patience_s: float = _PATIENCE_S) -> bool:
    """Ask for a call to be put through to a person, and wait until that is taken up; False: nobody did."""
    tape = archive.live_path(call)
    wish = tape.with_suffix(_WISH)
    if not tape.is_file() or not is_held(tape):
        return False
    wish.write_text(call, "utf-8")
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if not wish.exists():
            return True
        time.sleep(_POLL_S)
    # Whoever takes a wish away has done it: if it is gone now after all, it was taken up at the last moment.
    return not _gone(wish)


def take_up(archive: Archive, hand_over: Callable[[str], bool]) -> list[str]:
    """Do what was asked for, as far as `hand_over` has the call; returns the calls that it was done for."""
    folder = archive.live_folder
    done = []
    for wish in sorted(folder.glob(f"*{_WISH}")) if folder.is_dir() else ():
        try:
            call = wish.read_text("utf-8")
        except OSError:  # taken back
            continue
        if hand_over(call) and _gone(wish):
            done.append(call)
    return done


def tidy(archive: Archive) -> None:
    """Remove wishes for calls that are over: whoever left one died before it was taken up."""
    folder = archive.live_folder
    for wish in folder.glob(f"*{_WISH}") if folder.is_dir() else ():
        if not wish.with_suffix(".jsonl").exists():
            _gone(wish)


def _gone(wish: Path) -> bool:
    """Take a wish away; False if somebody else did."""
    try:
        wish.unlink()
    except OSError:
        return False
    return True
