"""The stamp of a compiled pack: its last proof, kept beside it, for whoever looks at the pack or serves it.

A proof takes minutes, a look must not. It is of one version, the hash of every file of the pack, and of one
engine: of any other it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from engine.cache_folder import cache_folder, is_ours, put
from engine.core.errors import FrontdeskError
from engine.pack.cache import code_version

if TYPE_CHECKING:
    from engine.core.domain import Domain

NOT_YET = "not yet"
"""What a tape says of a pack that was never proved in this version."""


_ALLOWED: set[str] = set()
"""Versions of packs that somebody has allowed to serve in this process, whatever is known of them."""


class UnprovedError(FrontdeskError):
    """A pack of which a call is known that breaks it."""


@cache
def engine_version() -> str:
    """The hash of the code that steps, compiles and proves."""
    digest = sha256(code_version().encode())
    for path in sorted((Path(__file__).parent / "proof").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def stamp(domain: Domain) -> Mapping[str, Any] | None:
    """The proof of this very pack by this very engine; None when there is none."""
    return _of(domain.id, domain.version)


def standing(domain: Domain) -> str:
    """What is known of a pack, as every tape of it says: how far it was proved, or what breaks it."""
    found = stamp(domain)
    if found is None:
        return NOT_YET
    return str(found["reach"]) if found["holds"] else f"UNPROVED: {', '.join(broken(found))}"


def admit(domain: Domain) -> None:
    """Let a pack take calls, by what is known of it already; it costs one look at a file.

    Raises:
        UnprovedError: a call is known that breaks it, and nobody has allowed it to serve all the same.
    """
    found = stamp(domain)
    if found is None or found["holds"] or domain.version in _ALLOWED:
        return
    message = (
        f"{domain.id} does not take calls: a call can break {', '.join(broken(found))}\n"
        f"`frontdesk prove {domain.id}` shows it; --unproved serves all the same, and every tape says so"
    )
    raise UnprovedError(message)


def allow(domain: Domain) -> str:
    """Let a pack serve in this process whatever is known of it; what the log should say, if anything."""
    _ALLOWED.add(domain.version)
    found = stamp(domain)
    if found is None or found["holds"]:
        return ""
    return f"{domain.id} serves UNPROVED: a call can break {', '.join(broken(found))}"


def reaches(found: Mapping[str, Any], surprises: int | None) -> bool:
    """Whether a proof went as far as this many surprises; None: to a fixed point."""
    return bool(found["fixed_point"]) or (surprises is not None and int(found["surprises"]) >= surprises)


def broken(found: Mapping[str, Any]) -> list[str]:
    """The names of what a proof has found broken."""
    return [str(item["id"]) for item in found["properties"] if not item["holds"]]


def keep(data: Mapping[str, Any]) -> Path | None:
    """Keep what a proof says, as `report.as_data` has it; None when it is not kept.

    One that went less far does not take the place of one that went further, unless it found something; what
    was found of this pack by this engine stays found.
    """
    before = _of(str(data["pack"]), str(data["version"]))
    if before and data["holds"] and (not before["holds"] or _reach(before) > _reach(data)):
        return None
    at = datetime.now(UTC).isoformat(timespec="seconds")
    folder = cache_folder()
    path = folder / f"proof-{Path(data['pack']).stem}-{data['version']}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        put(path, orjson.dumps({**data, "engine": engine_version(), "at": at}))
    except OSError:
        return None
    return path


def kept(site: str, version: str) -> Mapping[str, Any] | None:
    """The proof of a site: of this version, else the newest of another, as its `version` says; or None."""
    folder = cache_folder()
    if not is_ours(folder):
        return None
    stem = Path(site).stem
    own = folder / f"proof-{stem}-{version}.json"
    others = sorted(folder.glob(f"proof-{stem}-*.json"), key=_written_at, reverse=True)
    for path in (own, *others):
        try:
            data = orjson.loads(path.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(data, dict) and {"holds", "reach", "properties", "version", "at"} <= data.keys():
            return data
    return None


def _of(site: str, version: str) -> Mapping[str, Any] | None:
    """The proof of this version by this engine, if there is one."""
    found = kept(site, version)
    same = found is not None and (found["version"], found.get("engine")) == (version, engine_version())
    return found if same else None


def _reach(data: Mapping[str, Any]) -> tuple[bool, int]:
    """How far a proof went: to a fixed point, or as many surprises."""
    return bool(data.get("fixed_point")), int(data.get("surprises", -1))


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
