"""Copies of the template pack, edited: what the tests of the loader read."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.core.errors import Problem

TEMPLATE = Path(__file__).resolve().parents[2] / "domains" / "_template"


def copy_template(folder: Path) -> Path:
    """A copy of the template that may be broken."""
    return Path(shutil.copytree(TEMPLATE, folder / "_template"))


def edit(pack: Path, edits: Iterable[Mapping[str, Any]]) -> None:
    """Change files: `from` and `to` replace a text that must be there, `text` writes a file, `remove` takes it away."""
    for item in edits:
        path = pack / item["file"]
        if "text" in item:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(item["text"], encoding="utf-8")
        elif item.get("remove"):
            path.unlink()
        else:
            text = path.read_text(encoding="utf-8")
            assert item["from"] in text, f"{path.name} has no {item['from']!r}"
            path.write_text(text.replace(item["from"], item["to"], 1), encoding="utf-8")


def own(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems of the copy itself, not of the shipped files that it builds on."""
    return tuple(item for item in problems if not item.file.startswith(("domains/", "policies/", "data/")))
