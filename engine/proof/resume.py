"""Long explorations that outlive their process: kept every minute, and gone on with by `prove --resume`.

What is kept is everything that an explorer has found, as it stands, for one version of a pack and one engine.
It is read like a compiled pack: only from a folder that is ours alone, and nothing but values of the core and
of the proof is ever made from it.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cache_folder import cache_folder, is_ours, put
from engine.proved import engine_version

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.proof.explore import Bound, Explored, Explorer, Least
    from engine.proof.subject import Beginning

SLICE_S = 60.0
"""Seconds of the processor between two times that an exploration is kept."""
_MADE_ANEW = frozenset({"domain", "normal", "alphabet", "judge", "start"})
"""What an explorer has from its pack, and not from exploring."""
_SAFE = frozenset({
    ("builtins", "frozenset"), ("builtins", "set"), ("builtins", "getattr"),
    ("datetime", "date"), ("datetime", "time"), ("datetime", "datetime"), ("datetime", "timedelta"),
    ("datetime", "timezone"), ("zoneinfo", "ZoneInfo._unpickle"), ("zoneinfo", "ZoneInfo"),
})  # fmt: skip


def go_on(
    explorer: Explorer, domain: Domain, beginning: Beginning, bound: Bound, clock: Callable[[], float],
    tell: Callable[[Explored], None] | None = None, least: Least | None = None,
) -> Explored:  # fmt: skip
    """Explore from where the last exploration of this pack stopped, as much longer as the bound says."""
    path = place(domain, beginning)
    take_up(explorer, path)
    result, before = explorer.result, explorer.result.seconds
    slices = 0
    while True:
        slices += 1
        until = before + SLICE_S * slices
        whole = None if bound.seconds is None else before + bound.seconds
        last = whole is not None and whole <= until
        result = explorer.run(replace(bound, seconds=whole if last else until), clock, tell, least)
        keep(explorer, path)
        if last or result.seconds < until:
            return result


def place(domain: Domain, beginning: Beginning) -> Path:
    """The file of an exploration: another pack, another engine or another beginning has another one."""
    name = f"{domain.version} {engine_version()} {beginning}"
    return cache_folder() / f"explored-{domain.id}-{sha256(name.encode()).hexdigest()[:16]}.states"


def keep(explorer: Explorer, path: Path) -> None:
    """Keep what was explored; a disk that does not take it costs the time of exploring it again."""
    found = {name: value for name, value in vars(explorer).items() if name not in _MADE_ANEW}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_ours(path.parent):
            put(path, pickle.dumps(found, pickle.HIGHEST_PROTOCOL))
    except OSError:
        return


def take_up(explorer: Explorer, path: Path) -> bool:
    """Put an explorer where another one stopped; False when there is nothing to be trusted."""
    if not is_ours(path.parent):
        return False
    try:
        found = _Unpickler(io.BytesIO(path.read_bytes())).load()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, ImportError, IndexError,
            pickle.UnpicklingError):  # fmt: skip
        return False
    wanted = vars(explorer).keys() - _MADE_ANEW
    if not isinstance(found, dict) or found.keys() != wanted:
        return False
    vars(explorer).update(found)
    return True


class _Unpickler(pickle.Unpickler):
    """Makes values of the core and of the proof, plain ones, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _SAFE:
            return super().find_class(module, name)
        if module.startswith(("engine.core.", "engine.proof.")) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        message = f"{module}.{name} does not belong in an exploration"
        raise pickle.UnpicklingError(message)
