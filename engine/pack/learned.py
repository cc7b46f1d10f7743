"""What the safety screen has learned from examples, kept on disk, so that compiling a pack stays quick.

An entry is named by the hash of the examples and of the code that learns from them, so a changed sentence is
learned anew and nothing else is. It holds texts and numbers only, and is read only from a folder of our own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from engine.cache_folder import cache_folder, is_ours, put
from engine.core import resemblance_training
from engine.core.resemblance import Resemblance

_SUFFIX = ".learned"
_NEWEST = 16
"""Entries that the folder keeps: a changed sentence makes a new one."""
_CODE = ("resemblance.py", "resemblance_training.py", "words.py")
"""The files of the core that decide what is learned."""


def learn(urgent: Sequence[str], calm: Sequence[str], within: int) -> Resemblance:
    """Learn from examples, or remember what was learned from the same ones before."""
    folder = cache_folder()
    digest = sha256(_code())
    digest.update(json.dumps([list(urgent), list(calm), within]).encode())
    path = folder / f"{digest.hexdigest()[:32]}{_SUFFIX}"
    known = _read(path) if is_ours(folder) else None
    if known is None:
        known = resemblance_training.train(urgent, calm, within)
        _keep(path, known)
    return known


@lru_cache(maxsize=1)
def _code() -> bytes:
    home = Path(resemblance_training.__file__).parent
    return b"".join((home / name).read_bytes() for name in _CODE)


def _read(path: Path) -> Resemblance | None:
    """What was learned; None when it must be learned (again)."""
    try:
        digest, _, body = path.read_bytes().partition(b"\n")
        if sha256(body).hexdigest().encode() != digest:
            return None
        entry = json.loads(body)
        grams = {gram: (weight, square) for gram, weight, square in entry["grams"]}
        return Resemblance(grams, entry["offset"], entry["within"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, learned: Resemblance) -> None:
    """Keep what was learned; a disk that does not take it costs time, never a call."""
    grams = [[gram, *numbers] for gram, numbers in learned.grams.items()]
    body = json.dumps({"offset": learned.offset, "within": learned.within, "grams": grams}).encode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_ours(path.parent):
            put(path, b"\n".join((sha256(body).hexdigest().encode(), body)))
            _tidy(path.parent)
    except OSError:
        return


def _tidy(folder: Path) -> None:
    entries = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-_NEWEST]:
        entry.unlink(missing_ok=True)
