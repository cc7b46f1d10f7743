"""The last proof of a site is found again, and never taken for that of another version."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cache_folder import VARIABLE
from engine.proved import keep, kept

DATA = {"pack": "domains/x/sites/canal.yml", "holds": True, "reach": "far", "properties": []}


def test_a_proof_is_of_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cache"
    monkeypatch.setenv(VARIABLE, str(folder))
    assert kept("canal", "1") is None
    assert keep({**DATA, "version": "1"}) is not None
    keep({**DATA, "version": "2", "holds": False})
    for version in ("1", "2"):
        found = kept("canal", version)
        assert found is not None
        assert found["version"] == version
        assert found["at"]
    newest = kept("elsewhere/canal.yml", "3")
    assert newest is not None
    assert newest["version"] in {"1", "2"}  # of another version, and it says so
    assert kept("bridge", "1") is None
    for path in folder.glob("*.json"):
        path.write_bytes(b"[]")
    assert kept("canal", "1") is None


def test_a_folder_that_others_may_write_to_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    keep({**DATA, "version": "1"})
    assert kept("canal", "1") is not None
    tmp_path.chmod(0o777)
    assert kept("canal", "1") is None
    tmp_path.chmod(0o700)


def test_without_a_place_nothing_is_kept_and_nothing_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "below"))
    assert keep({**DATA, "version": "1"}) is None


def test_a_short_look_does_not_take_the_place_of_a_long_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    far = {**DATA, "version": "1", "fixed_point": False, "surprises": 3}
    keep(far)
    assert keep({**far, "surprises": 1}) is None
    assert keep({**far, "surprises": 3}) is not None
    assert keep({**far, "surprises": 0, "holds": False}) is not None  # a breach is news, however near
    found = kept("canal", "1")
    assert found is not None
    assert not found["holds"]
