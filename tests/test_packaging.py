"""What is shipped is what was tested: the wheel, in an environment of its own, away from the checkout."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(600)]

# What pip says when it cannot reach a registry at all, as opposed to not finding what it was asked for there.
OFFLINE = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ProxyError",
    "Network is unreachable",
)


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    built = run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("frontdesk-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of the commands of a clean environment that holds the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "--disable-pip-version-check"]
    done = run(*pip, "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel, cwd=folder)
    if done.returncode and any(sign in done.stderr for sign in OFFLINE):
        pytest.skip("the wheel was built but not installed: no package registry can be reached from here")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "bin"


def test_the_wheel_ships_code_and_yaml_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    packaged = {name.split("/")[0] for name in names}
    assert {"engine", "telephony"} == {name for name in packaged if not name.endswith(".dist-info")}
    for folder in ("data", "domains", "policies"):
        here = {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*") if p.is_file()}
        there = {
            name.removeprefix("engine/_shipped/")
            for name in names
            if name.startswith(f"engine/_shipped/{folder}/")
        }
        assert here == there


def test_a_shipped_pack_is_sound_where_there_is_no_checkout(installed, tmp_path):
    checked = run(installed / "frontdesk", "check", "dental", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_installed_command_answers_a_call(installed, tmp_path):
    played = subprocess.run(
        [installed / "frontdesk", "demo"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.strip()


def test_the_base_install_brings_no_vendor(installed):
    listed = run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        installed / "python",
        "list",
        "--format=freeze",
        cwd=installed,
    )
    names = {line.split("==")[0].lower() for line in listed.stdout.splitlines()}
    assert "frontdesk" in names
    assert names.isdisjoint(
        {"anthropic", "deepgram-sdk", "azure-cognitiveservices-speech", "spacy", "scikit-learn", "redis"}
    )
