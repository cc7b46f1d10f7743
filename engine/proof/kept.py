"""The last proof of a site, kept for whoever looks at the pack: a proof takes minutes, a look must not.

A proof is of one version, the hash of every file of the pack: of any other it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from engine.cache_folder import cache_folder, is_ours, put


def keep(data: Mapping[str, Any]) -> Path | None:
    """Keep what a proof says, as `report.as_data` has it; None when it is not kept.

    One that went less far does not take the place of one that went further, unless it found something.
    """
    folder = cache_folder()
    before = kept(str(data["pack"]), str(data["version"]))
    same = before is not None and before["version"] == data["version"]
    if same and data["holds"] and _reach(before or {}) > _reach(data):
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"proof-{Path(data['pack']).stem}-{data['version']}.json"
        put(path, orjson.dumps({**data, "at": datetime.now(UTC).isoformat(timespec="seconds")}))
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


def _reach(data: Mapping[str, Any]) -> tuple[bool, int]:
    """How far a proof went: to a fixed point, or as many surprises."""
    return bool(data.get("fixed_point")), int(data.get("surprises", -1))


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
