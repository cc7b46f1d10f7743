"""A compiled pack is read back only when it is whole, ours, and of exactly these files and this code."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from engine import pack
from engine.core.domain import Domain
from engine.core.errors import PackError
from engine.pack import cache as cache_module
from engine.pack.cache import PackCache
from tests.pack.packs import copy_template, edit


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site of a pack of one's own, with a cache of one's own."""
    monkeypatch.setenv("FRONTDESK_CACHE", str(tmp_path / "cache"))
    return copy_template(tmp_path / "packs") / "sites" / "crossroads.yml"


def entry(site: Path) -> Path:
    (found,) = (site.parents[3] / "cache").glob("*.pack")
    return found


def cached(site: Path) -> Domain | None:
    return PackCache().read(site)


def test_a_second_load_gives_the_same_domain_without_compiling(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pack.load(str(site))

    def fail(*_: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr("engine.pack.compiler.compile_place", fail)
    second = pack.load(str(site))
    assert second.version == first.version
    assert (second.flows, second.responses, second.catalogue) == (
        first.flows,
        first.responses,
        first.catalogue,
    )
    assert (second.slots, second.policies, second.guards, second.voids) == (
        first.slots, first.policies, first.guards, first.voids,
    )  # fmt: skip


@pytest.mark.parametrize(
    "file", ["flows/book_lesson.yml", "responses/en.yml", "sites/crossroads.yml", "domain.yml"]
)
def test_one_byte_changed_in_any_file_compiles_it_again(site: Path, file: str) -> None:
    before = pack.load(str(site))
    path = site.parents[1] / file
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert cached(site) is None
    assert pack.load(str(site)).version != before.version


def test_a_new_file_compiles_it_again(site: Path) -> None:
    pack.load(str(site))
    edit(
        site.parents[1],
        [{"file": "flows/more.yml", "text": "flows: {more: {steps: [{say: utter_too_young}]}}\n"}],
    )
    assert "more" in pack.load(str(site)).flows


def test_other_code_compiles_it_again(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack.load(str(site))
    assert cached(site) is not None
    monkeypatch.setattr(cache_module, "code_version", lambda: "another")
    assert cached(site) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda raw: raw[:-1],
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-20] + bytes(20),
        lambda raw: b"frontdesk-pack-0\n" + raw.split(b"\n", 1)[1],
        lambda _: b"frontdesk-pack-1\n{}\n\n",
        lambda _: b"\x80\x05N.",
    ],
)
def test_a_damaged_entry_is_compiled_again_and_replaced(site: Path, damage: Callable[[bytes], bytes]) -> None:
    pack.load(str(site))
    whole = entry(site).read_bytes()
    entry(site).write_bytes(damage(whole))
    assert cached(site) is None
    assert pack.load(str(site)).id == "crossroads"
    assert cached(site) is not None


class Trap:
    """What a forged entry would like to have run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("trapped",)


def test_a_forged_entry_runs_nothing(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack.load(str(site))
    monkeypatch.chdir(tmp_path)
    magic, header, _, _ = entry(site).read_bytes().split(b"\n", 3)
    body = pickle.dumps(Trap())
    entry(site).write_bytes(b"\n".join((magic, header, sha256(body).hexdigest().encode(), body)))
    assert cached(site) is None
    assert not (tmp_path / "trapped").exists()


def test_a_folder_that_others_may_write_to_is_not_trusted(site: Path) -> None:
    pack.load(str(site))
    entry(site).parent.chmod(0o777)
    assert cached(site) is None


def test_a_cache_that_cannot_be_written_costs_no_call(
    site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("FRONTDESK_CACHE", str(tmp_path / "file" / "below"))
    assert pack.load(str(site)).id == "crossroads"


def test_a_pack_that_does_not_start_is_not_kept(site: Path) -> None:
    edit(site.parents[1], [{"file": "domain.yml", "from": "languages: [en]", "to": "langauges: [en]"}])
    with pytest.raises(PackError):
        pack.load(str(site))
    assert not (site.parents[3] / "cache").exists()


def test_nothing_is_left_behind_but_the_entry(site: Path) -> None:
    pack.load(str(site))
    assert [item.suffix for item in (site.parents[3] / "cache").iterdir()] == [".pack"]


def test_a_cached_load_imports_no_compiler(site: Path) -> None:
    pack.load(str(site))
    script = (
        "import sys; from engine import pack; pack.load(sys.argv[1]); "
        "print([name for name in ('yaml', 'jinja2', 'pydantic', 'transitions', 'holidays', 'engine.pack.compiler') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(site)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
