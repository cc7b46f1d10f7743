"""Compiled packs kept on disk, so that a call starts without reading YAML.

An entry names every file it was compiled from with its hash, and the hash of the code that compiled it:
one byte changed anywhere, and it is compiled again. Reading takes nothing on trust: the folder must be
ours alone, the entry whole, and nothing but values of the engine is ever made from it.
"""

from __future__ import annotations

import dataclasses
import gc
import io
import json
import os
import pickle
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.cache_folder import cache_folder, is_ours, put
from engine.core.domain import Domain

_MAGIC = b"frontdesk-pack-1\n"
_ENGINE = Path(__file__).resolve().parents[1]
_CODE = ("core", "pack")
_SAFE = frozenset({
    ("builtins", "frozenset"), ("builtins", "set"), ("builtins", "range"), ("builtins", "getattr"),
    ("datetime", "date"), ("datetime", "time"), ("datetime", "datetime"), ("datetime", "timedelta"),
    ("datetime", "timezone"), ("zoneinfo", "ZoneInfo._unpickle"), ("zoneinfo", "ZoneInfo"),
})  # fmt: skip


class PackCache:
    """The folder of compiled packs."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache_folder()

    def read(self, path: Path) -> Domain | None:
        """The compiled pack of a folder or site file; None when it must be compiled (again)."""
        if not is_ours(self.folder):
            return None
        try:
            raw = self._entry(path).read_bytes()
            magic, header, digest, body = raw.split(b"\n", 3)
            if magic + b"\n" != _MAGIC or sha256(body).hexdigest().encode() != digest:
                return None
            known = json.loads(header)
            if known["code"] != code_version() or not _unchanged(known):
                return None
            return _load(body)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, ImportError, IndexError,
                pickle.UnpicklingError):  # fmt: skip
            return None

    def write(self, path: Path, domain: Domain, files: Mapping[Path, str], folders: Iterable[Path]) -> None:
        """Keep a compiled pack; a disk that does not take it costs speed, never a call."""
        header = {
            "code": code_version(),
            "files": {str(file): digest for file, digest in files.items()},
            "folders": {str(folder): _listing(folder) for folder in folders},
        }
        body = _dump(domain)
        parts = (_MAGIC, json.dumps(header).encode(), b"\n", sha256(body).hexdigest().encode(), b"\n", body)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_ours(self.folder):
                put(self._entry(path), b"".join(parts))
        except OSError:
            return

    def _entry(self, path: Path) -> Path:
        return self.folder / f"{sha256(str(path.resolve()).encode()).hexdigest()[:32]}.pack"


@cache
def code_version() -> str:
    """The hash of the code that compiles packs and of the Python that runs it."""
    digest = sha256(sys.version.encode())
    for folder in _CODE:
        for path in sorted((_ENGINE / folder).glob("*.py")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _unchanged(known: Mapping[str, Any]) -> bool:
    if any(_listing(Path(folder)) != names for folder, names in known["folders"].items()):
        return False
    return all(
        sha256(Path(file).read_bytes()).hexdigest() == digest for file, digest in known["files"].items()
    )


def _listing(folder: Path) -> list[str]:
    """The YAML files of a folder: a new one changes the pack as much as a changed one."""
    if not folder.is_dir():
        return []
    return sorted(name for name in os.listdir(folder) if name.endswith(".yml"))  # noqa: PTH208 - names are enough


class _Pickler(pickle.Pickler):
    """Writes a frozen value as its class and its fields, which is read back several times faster."""

    def reducer_override(self, value: Any) -> Any:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = dataclasses.fields(value)
            if all(field.init and not field.kw_only for field in fields):
                return type(value), tuple([getattr(value, field.name) for field in fields])
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Makes values of the engine's core and plain ones, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _SAFE:
            return super().find_class(module, name)
        if module.startswith("engine.core.") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        message = f"{module}.{name} does not belong in a compiled pack"
        raise pickle.UnpicklingError(message)


def keep_for_good() -> None:
    """Tell the garbage collector that all there is now stays, once a site is loaded and compiled.

    A full collection walks every node of the compiled tables: some 80 ms for which a call would wait.
    """
    gc.collect()
    gc.freeze()


def _dump(domain: Domain) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(domain)
    return buffer.getvalue()


def _load(body: bytes) -> Domain | None:
    enabled = gc.isenabled()
    gc.disable()
    try:
        domain = _Unpickler(io.BytesIO(body)).load()
    finally:
        if enabled:
            gc.enable()
    return domain if isinstance(domain, Domain) else None
