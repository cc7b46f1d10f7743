"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from engine.calls import Desk
from engine.cli import app
from engine.pack import example_calls

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def shown(section: str) -> list[tuple[str, str]]:
    """Who says what in the first indented conversation of a section."""
    text = README.split(section, 1)[1]
    block = re.search(r"(?:^    .*\n)+", text, re.MULTILINE)
    assert block is not None
    lines: list[tuple[str, str]] = []
    for line in block[0].splitlines():
        speaker, words = line[4:12].strip(), line[12:].strip()
        if speaker:
            lines.append((speaker, words))
        else:
            lines[-1] = lines[-1][0], f"{lines[-1][1]} {words}"
    return lines


def test_the_call_of_the_readme_is_the_one_that_the_demo_plays() -> None:
    example = next(item.data for item in example_calls("gedimino") if "/demo/" in item.where)
    desk = Desk.open("gedimino")
    call = desk.call(desk.clock(example["now"]), number=example["from"])
    spoken = [("desk", say.text) for say in call.open().says]
    for turn in example["turns"]:
        spoken.append(("caller", turn["user"]))
        spoken += [("desk", say.text) for say in call.say(turn["user"]).says]
    assert shown("## A call") == spoken


def test_the_emergency_of_the_readme_happens_so() -> None:
    desk = Desk.open("gedimino")
    call = desk.call(desk.clock("2026-11-23T09:15"))
    call.open()
    lines = shown("An emergency, in the middle of a booking:")
    heard = [words for speaker, words in lines if speaker == "caller"]
    said = [words.split(" [transfer", 1)[0] for speaker, words in lines if speaker == "desk"]
    assert [say.text for words in heard for say in call.say(words).says] == said


def test_every_command_of_the_readme_exists() -> None:
    named = set(re.findall(r"`frontdesk (\w+)", README))
    assert named <= set(app.commands), named - set(app.commands)
    for name in sorted(app.commands):
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0
        assert name in named, f"the README does not name {name}"


def test_every_folder_that_the_readme_draws_is_there() -> None:
    house = README.split("## The house", 1)[1].split("## Add something", 1)[0]
    for name in re.findall(r"^    (\w+)/ ", house, re.MULTILINE):
        assert (ROOT / name).is_dir()
