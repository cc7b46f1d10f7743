"""The demo without a terminal: a whole sample call, its trace, and what it left in the book."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from engine import replaying
from engine.calls import Desk
from engine.pack import example_calls
from engine.tape_sources import files
from engine.terminal import show_book
from engine.trace_text import lines
from engine.traces import read_tape

if TYPE_CHECKING:
    from engine.text_call import Reply

_FOLDER = "demo"
"""The class of example calls of which the first is shown."""
_WIDTH = 110


def play(site: str) -> int:
    """Play the site's sample call and print it; the exit code is 0 when its tape replays."""
    console = Console(width=_WIDTH, highlight=False, soft_wrap=False)
    examples = [item for item in example_calls(site) if f"/{_FOLDER}/" in f"/{item.where}"]
    if not examples:
        console.print(f"{site} has no example call in calls/{_FOLDER}/")
        return 1
    example = examples[0].data
    desk = Desk.open(site)
    before = {row["id"] for row in desk.appointments()}
    with tempfile.TemporaryDirectory() as folder:
        tape = Path(folder) / "sample.jsonl"
        call = desk.call(desk.clock(str(example["now"])), number=example.get("from"), tape=tape)
        console.rule(f"[bold]{example['call']}")
        _print(console, call.open())
        for turn in example["turns"]:
            if "user" in turn:
                console.print(f"[bold]caller[/]  {turn['user']}")
                _print(console, call.say(str(turn["user"])))
        console.rule("[bold]the trace: who decided what, from which line (private values are sealed)")
        for entry in read_tape(tape).entries:
            console.print(
                "\n".join(lines(entry)),
                style="dim",
                markup=False,
                overflow="ellipsis",
                no_wrap=True,
            )
        console.rule("[bold]what is new in the book")
        show_book(desk, [row for row in desk.appointments() if row["id"] not in before], console)
        console.rule("[bold]the tape, folded again")
        return replaying.run(files([tape]), site, as_json=False, show=False)


def _print(console: Console, reply: Reply) -> None:
    for say in reply.says:
        console.print(f"[cyan]desk[/]    {say.text}")
