"""The terminal view of a text call: the conversation on one side, the state on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from engine import jsonl
from engine.core.decision import Verdict

if TYPE_CHECKING:
    from engine.calls import Desk
    from engine.text_call import Reply, TextCall

_LOUD = {
    Verdict.TOOK_OVER: "bold magenta",
    Verdict.FORBADE: "bold yellow",
    Verdict.BREACHED: "bold red",
    Verdict.FAILED_CLOSED: "bold red",
    Verdict.REFUSED: "yellow",
    Verdict.STALE: "yellow",
    Verdict.JOINED: "magenta",
}
_STATUS = {"confirmed": "green", "corrected": "yellow", "proposed": "cyan", "given": "blue"}
_HELP = "an empty line is silence · /0 presses a key · /quit hangs up"
_LINES = 18
"""Lines of the conversation that stay on the screen."""


def converse(desk: Desk, call: TextCall) -> None:
    """Talk until the call is over; the caller types."""
    console = Console()
    talk: list[Text] = []
    reply = call.open()
    _add(talk, reply)
    while not reply.ended:
        _draw(console, desk, talk, reply)
        try:
            line = console.input("[bold]you> [/]")
        except (EOFError, KeyboardInterrupt):
            line = "/quit"
        talk.append(Text(f"you   {line or '(silence)'}", style="bold"))
        reply = _take(call, line)
        _add(talk, reply)
    _draw(console, desk, talk, reply)
    show_book(desk, desk.appointments(), console)


def _take(call: TextCall, line: str) -> Reply:
    if line == "/quit":
        return call.hang_up()
    if line.startswith("/") and line[1:].isdecimal():
        return call.keys(line[1:])
    return call.say(line) if line.strip() else call.silence()


def _add(talk: list[Text], reply: Reply) -> None:
    talk.extend(Text(f"desk  {say.text}", style="cyan") for say in reply.says)
    for action in reply.actions:
        plain = jsonl.action(action)
        if plain is not None and plain["type"] in {"transfer", "hang_up"}:
            talk.append(
                Text(f"      [{plain['type']} {plain.get('to', '')}]".rstrip(" ]") + "]", style="bold red")
            )


def _draw(console: Console, desk: Desk, talk: Sequence[Text], reply: Reply) -> None:
    console.clear()
    grid = Table.grid(expand=True, padding=(0, 1))
    grid.add_column(ratio=3)
    grid.add_column(ratio=2)
    conversation = Panel(Group(*talk[-_LINES:]), title=_title(desk), subtitle=_HELP, border_style="cyan")
    grid.add_row(conversation, state_panel(reply))
    console.print(grid)


def _title(desk: Desk) -> str:
    return next(iter(desk.domain.name.values()), desk.domain.id)


def state_panel(reply: Reply) -> RenderableType:
    """What the call knows and who decided last."""
    state = reply.state
    facts = Table.grid(padding=(0, 1))
    facts.add_row("flow", Text(" > ".join(f"{frame.flow}.{frame.step}" for frame in state.stack) or "-"))
    facts.add_row("asking", Text(jsonl.asking(state) or ("-" if state.asking is None else "what to do")))
    facts.add_row(
        "safety", Text(state.level.name, style="bold red" if state.level.name in {"L0", "L1"} else "green")
    )
    facts.add_row("phase", Text(state.phase))
    slots = Table(expand=True, box=None, pad_edge=False)
    for title in ("slot", "value", "status"):
        slots.add_column(title, style="dim" if title == "slot" else "", overflow="fold")
    for name, held in state.slots.items():
        if held.value not in (None, ""):
            slots.add_row(
                name, brief(held.value), Text(held.status.value, style=_STATUS.get(held.status.value, ""))
            )
    decided = Table.grid(padding=(0, 1))
    for item in reply.decisions:
        decided.add_row(
            Text(item.verdict.value, style=_LOUD.get(item.verdict, "dim")),
            Text(item.by),
            Text(item.where.rsplit("/", 1)[-1], style="dim"),
        )
    return Group(
        Panel(facts, title="state", border_style="blue"),
        Panel(slots, title="slots", border_style="blue"),
        Panel(decided, title="decisions", border_style="magenta"),
    )


def brief(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, Mapping) and "start" in value:
        return " ".join(
            str(value[key]).replace("T", " ") for key in ("start", "service", "provider") if key in value
        )
    if isinstance(value, Mapping) and {"id", "name"} <= value.keys():
        return f"{value['id']} {value['name']}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {brief(item)}" for key, item in value.items() if item not in (None, ""))
    if isinstance(value, list | tuple):
        return "\n".join(brief(item) for item in value)
    return str(value)


def show_book(desk: Desk, rows: Sequence[Mapping[str, str]], console: Console | None = None) -> None:
    """The appointments as a table."""
    table = Table(title=f"The book of {_title(desk)}", header_style="bold", box=SIMPLE_HEAD, padding=0)
    columns = ("id", "start", "end", "service", "provider", "room", desk.domain.subject, "status")
    for column in columns:
        # A book whose times are cut off is of no use, however narrow the terminal.
        table.add_column(column, no_wrap=column in ("id", "start", "end"), overflow="fold")
    for row in rows:
        style = "strike dim" if "cancelled" in row["status"] else ""
        table.add_row(*(row.get(column, "") for column in columns), style=style)
    (console or Console()).print(table)
