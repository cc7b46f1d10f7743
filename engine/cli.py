"""The one door: every command of Frontdesk.

Each command imports what it needs when it runs, so that `--help` and `check` stay quick and a
text call loads no vendor's library.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.calls import Desk

app = typer.Typer(
    help="Frontdesk answers a business's phone: rules decide, a model only helps to understand.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Site = Annotated[str, typer.Argument(help="A site file, or the name of a shipped one such as gedimino.")]
Now = Annotated[
    str | None, typer.Option(help="Freeze the clock at this local time, such as 2026-11-23T09:15.")
]
Database = Annotated[
    str, typer.Option("--db", help="The book's SQLite file; without it a fresh book, seeded from the site.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="A JSON object a line, in and out.")]
Model = Annotated[str, typer.Option(help="The language model that helps to understand; none: rules only.")]
MEMORY = ":memory:"


@app.command()
def check(
    packs: Annotated[list[str], typer.Argument(help="Packs or sites, by path or shipped name.")],
    json_output: Json = False,
    examples: Annotated[
        bool, typer.Option("--examples", help="Run the policy cases and example calls as well.")
    ] = False,
) -> None:
    """Find everything that is wrong with a pack or a site, all at once."""
    from engine.pack import report  # noqa: PLC0415

    code = report.check(packs, as_json=json_output)
    if examples and code == 0:
        from engine.quality.examples import check  # noqa: PLC0415

        with _mistakes():
            code = check(packs)
    raise typer.Exit(code)


@app.command()
def chat(
    site: Site,
    jsonl: Jsonl = False,
    now: Now = None,
    db: Database = MEMORY,
    caller: Annotated[str | None, typer.Option("--from", help="The caller's number, E.164.")] = None,
    language: Annotated[str | None, typer.Option(help="Language code the caller is greeted in.")] = None,
    tape: Annotated[Path | None, typer.Option(help="Write the call's tape to this file.")] = None,
    model: Model = "none",
) -> None:
    """Take a call by text, with the state beside it."""
    _only_none(model)
    desk = _desk(site, db)
    call = desk.call(_clock(desk, now), number=caller, language=language, tape=tape)
    if jsonl:
        _serve_lines(call)
        return
    from engine.terminal import converse  # noqa: PLC0415

    converse(desk, call)


@app.command()
def understand(site: Site, jsonl: Jsonl = True, now: Now = None, model: Model = "none") -> None:
    """Show what is understood of each line, without a call."""
    _only_none(model)
    from engine import understand_lines  # noqa: PLC0415
    from engine.pack import load  # noqa: PLC0415

    del jsonl  # the only form there is
    with _mistakes():
        reader = understand_lines.Reader(load(site), now)
    for line in _lines():
        _print(reader.answer(line))


@app.command()
def appointments(site: Site, db: Database = MEMORY, json_output: Json = False) -> None:
    """Show the book as it stands."""
    desk = _desk(site, db)
    rows = desk.appointments()
    if json_output:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    from engine.terminal import show_book  # noqa: PLC0415

    show_book(desk, rows)


@app.command()
def replay(
    tapes: Annotated[list[Path], typer.Argument(help="Tapes, or folders of tapes.")],
    pack: Annotated[
        str | None, typer.Option(help="Fold over this pack or site instead of the tape's own.")
    ] = None,
    json_output: Json = False,
    show: Annotated[bool, typer.Option(help="Print the trace: who decided what, from which line.")] = False,
) -> None:
    """Fold tapes again: every decision must come out the same, byte for byte."""
    from engine import replaying  # noqa: PLC0415

    with _mistakes():
        raise typer.Exit(replaying.run(tapes, pack, as_json=json_output, show=show))


@app.command()
def graph(pack: Annotated[str, typer.Argument(help="A pack or site.")]) -> None:
    """Draw the flows as Mermaid."""
    from engine.pack import mermaid  # noqa: PLC0415

    with _mistakes():
        typer.echo(mermaid(pack))


@app.command()
def schema(
    kind: Annotated[str | None, typer.Argument(help="A kind of file; all of them without one.")] = None,
) -> None:
    """Print the JSON Schemas of the YAML files, for editors."""
    from engine.pack import json_schemas  # noqa: PLC0415

    schemas = json_schemas()
    if kind is not None and kind not in schemas:
        typer.echo(f"unknown kind '{kind}', there are: {', '.join(schemas)}", err=True)
        raise typer.Exit(2)
    typer.echo(json.dumps(schemas if kind is None else schemas[kind], ensure_ascii=False, indent=2))


@app.command()
def demo(site: Annotated[str, typer.Argument(help="A site.")] = "gedimino") -> None:
    """Talk to the demo site; without a terminal, play a sample call and show its trace and the book."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        chat(site, now=None)
        return
    from engine.showcase import play  # noqa: PLC0415

    with _mistakes():
        raise typer.Exit(play(site))


def _only_none(model: str) -> None:
    if model != "none":
        typer.echo(f"--model {model}: no model is supported yet, only 'none'", err=True)
        raise typer.Exit(2)


class _mistakes:  # noqa: N801 - reads as a word in a with statement
    """Turns a mistake of the person at the keyboard into a message and an exit code."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: object) -> None:
        from engine.core.errors import FrontdeskError  # noqa: PLC0415

        if isinstance(error, FrontdeskError | FileNotFoundError | ValueError) and not isinstance(
            error, typer.Exit
        ):
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error


def _desk(site: str, db: str) -> Desk:
    from engine.calls import Desk  # noqa: PLC0415

    with _mistakes():
        return Desk.open(site, db)
    raise AssertionError


def _clock(desk: Desk, now: str | None) -> Any:
    try:
        return desk.clock(now)
    except ValueError as error:
        typer.echo(f"--now {now}: not a local time such as 2026-11-23T09:15", err=True)
        raise typer.Exit(2) from error


def _serve_lines(call: Any) -> None:
    from engine import jsonl  # noqa: PLC0415

    _print(jsonl.output(call.open()))
    for line in _lines():
        try:
            _print(jsonl.output(jsonl.apply(call, jsonl.parse(line))))
        except jsonl.LineError as error:
            _print(jsonl.error(str(error), call.state))


def _lines() -> Iterator[str]:
    """Lines of standard input, whatever bytes they hold."""
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


def _print(data: Any) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line."""
    app(args=_with_fresh_book(sys.argv[1:]))


def _with_fresh_book(arguments: list[str]) -> list[str]:
    """A bare `--db` means a fresh book, as if it had not been given."""
    out: list[str] = []
    for place, item in enumerate(arguments):
        out.append(item)
        if item == "--db" and (place + 1 == len(arguments) or arguments[place + 1].startswith("--")):
            out.append(MEMORY)
    return out


if __name__ == "__main__":
    main()
