"""The one door: every command of Frontdesk.

Each command imports what it needs when it runs, so that `--help` and `check` stay quick and a
text call loads no vendor's library.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.mistakes import mistakes as _mistakes
from engine.proof_commands import compare, prove
from engine.serve_commands import answer, make_ready, page_is_wanted, play_aloud, serve, talk, unproved_option
from engine.tape_commands import tapes

if TYPE_CHECKING:
    from datetime import datetime

    from engine.calls import Desk
    from engine.text_call import TextCall

MEMORY = ":memory:"
_FILE = click.Path(path_type=Path, dir_okay=False)
_NOW = "Freeze the clock at this local time, such as 2026-11-23T09:15."
_DATABASE = "The book's SQLite file, with the tapes; without it a fresh book, seeded from the site."

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
now_option = click.option("--now", metavar="ISO", help=_NOW)
database = click.option("--db", "database", default=MEMORY, metavar="FILE", help=_DATABASE)
_MODEL = (
    "The language models that help to understand: names of the pack, with commas, tried in this order; "
    "pack: all of them; none: rules only. One in full: anthropic/MODEL, openai/MODEL@URL, recorded/FILE."
)
model_option = click.option("--model", metavar="NAME", default="none", help=_MODEL)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def app() -> None:
    """Frontdesk answers a business's phone: rules decide, a model only helps to understand."""


@app.command()
@click.argument("packs", nargs=-1, required=True)
@as_json
@click.option("--examples", is_flag=True, help="Run the policy cases and example calls as well.")
@click.option("--proof/--no-proof", default=True, help="Look quickly for a call that breaks a guarantee.")
def check(packs: tuple[str, ...], as_json: bool, examples: bool, proof: bool) -> None:
    """Find everything that is wrong with packs or sites, all at once."""
    from engine.pack import report  # noqa: PLC0415
    from engine.proof.quick import problems  # noqa: PLC0415

    code = report.check(packs, as_json=as_json, prove=problems if proof else None)
    if examples and code == 0:
        from engine.quality.examples import check as run  # noqa: PLC0415

        with _mistakes():
            code = run(packs)
    sys.exit(code)


@app.command()
@click.argument("site")
@click.option("--jsonl", is_flag=True, help="A JSON object a line, in and out.")
@now_option
@database
@click.option("--from", "caller", metavar="NUMBER", help="The caller's number, E.164.")
@click.option("--language", metavar="CODE", help="Language code the caller is greeted in.")
@click.option("--tape", type=click.Path(path_type=Path), help="Write the call's tape to this file.")
@model_option
@unproved_option
def chat(
    site: str,
    jsonl: bool,
    now: str | None,
    database: str,
    caller: str | None,
    language: str | None,
    tape: Path | None,
    model: str,
    unproved: bool,
) -> None:
    """Take a call by text, with the state beside it."""
    _allow(site, unproved)
    desk = _desk(site, database, model, keep=True)
    if not jsonl:  # a program that talks to us waits for no training: `frontdesk train` does that beforehand
        make_ready(site, desk.domain)
    call = desk.call(_clock(desk, now), number=caller, language=language, tape=tape)
    with closing(call):
        if jsonl:
            _serve_lines(call)
            return
        from engine.terminal import converse  # noqa: PLC0415

        converse(desk, call)


@app.command()
@click.argument("site")
@click.option("--jsonl", is_flag=True, help="A JSON object a line, in and out.")
@click.option(
    "--asking",
    metavar="SLOT",
    help="What the caller was asked: a slot, or confirm; a JSON line says it itself.",
)
@now_option
@model_option
def understand(site: str, jsonl: bool, asking: str | None, now: str | None, model: str) -> None:
    """Show what is understood of each line of words, without a call."""
    from engine import jsonl as protocol  # noqa: PLC0415
    from engine import understand_lines  # noqa: PLC0415
    from engine.pack import load  # noqa: PLC0415

    with _mistakes():
        domain = load(site)
        make_ready(site, domain)
        reader = understand_lines.Reader(domain, now, model)
        asking = understand_lines.asked_for(domain, asking) if asking else None
    for line in protocol.lines(sys.stdin.buffer):
        if jsonl:
            _print(reader.answer(line))
        elif line.strip():
            answer = reader.answer(json.dumps({"text": line, "asking": asking}))
            click.echo("\n".join([line, *understand_lines.told(answer), ""]))


@app.command()
@click.argument("packs", nargs=-1, required=True)
def train(packs: tuple[str, ...]) -> None:
    """Train the local classifier of packs or sites, and keep it where calls find it."""
    from engine.quality.trained import teach  # noqa: PLC0415

    with _mistakes():
        for line in teach(packs):
            click.echo(line)


@app.command()
@click.argument("pack")
@click.option("--data", type=click.Path(path_type=Path), help="Labelled lines to judge by, JSON Lines.")
@click.option(
    "--least", type=click.FloatRange(0, 1), default=0.9, help="The exit code is 1 below this share."
)
@as_json
def evaluate(pack: str, data: Path | None, least: float, as_json: bool) -> None:
    """Report how well a pack or site is understood: confusions, calibration, the worst sentences."""
    from engine.quality import evaluate as judge  # noqa: PLC0415
    from engine.quality.evaluation_text import report_lines  # noqa: PLC0415

    with _mistakes():
        report = judge.evaluate(pack, data)
    short = list(judge.below(report, least))
    if as_json:
        _print({**report, "below": short})
    else:
        for line in (*report_lines(report), *short):
            click.echo(line)
    sys.exit(1 if short else 0)


@app.command()
@click.argument("site")
@database
@as_json
def appointments(site: str, database: str, as_json: bool) -> None:
    """Show the book as it stands."""
    desk = _desk(site, database)
    rows = desk.appointments()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    from engine.terminal import show_book  # noqa: PLC0415

    show_book(desk, rows)


@app.command()
@click.argument("tapes", nargs=-1)
@click.option("--db", "database", metavar="FILE", help="Tapes are ids of calls in this database; none: all.")
@click.option("--pack", help="Fold over this pack or site instead of the tape's own.")
@as_json
@click.option("--show", is_flag=True, help="Print the trace: who decided what, from which line.")
@click.option("--understand", is_flag=True, help="Also say which words are understood otherwise now.")
def replay(
    tapes: tuple[str, ...],
    database: str | None,
    pack: str | None,
    as_json: bool,
    show: bool,
    understand: bool,
) -> None:
    """Fold tapes, or folders of them, again: every decision must come out the same, byte for byte."""
    from engine import replaying, tape_sources  # noqa: PLC0415

    if database is None and not tapes:
        raise click.UsageError("which TAPES? Files or folders of them, or with --db calls of a database")
    with _mistakes():
        taped = tape_sources.filed(database, tapes) if database is not None else tape_sources.files(tapes)
        code = replaying.run(taped, pack, as_json=as_json, show=show, understand=understand)
    sys.exit(code)


@app.command()
@click.argument("pack")
def graph(pack: str) -> None:
    """Draw the flows of a pack or site as Mermaid."""
    from engine.pack import mermaid  # noqa: PLC0415

    with _mistakes():
        click.echo(mermaid(pack))


@app.command()
@click.argument("kind", required=False)
def schema(kind: str | None) -> None:
    """Print the JSON Schemas of the YAML files, for editors; of one KIND of file, or of all."""
    from engine.pack import json_schemas  # noqa: PLC0415

    schemas = json_schemas()
    if kind is not None and kind not in schemas:
        raise click.UsageError(f"unknown kind '{kind}', there are: {', '.join(schemas)}")
    click.echo(json.dumps(schemas if kind is None else schemas[kind], ensure_ascii=False, indent=2))


@app.command()
@click.argument("site")
@click.option("--wav", "wavs", multiple=True, required=True, type=_FILE, help="A recording of the caller.")
@click.option("--out", type=_FILE, help="Write both sides to this WAV: caller left, us right.")
@click.option("--tape", type=_FILE, help="Write the call's tape to this file.")
@now_option
@database
@click.option("--from", "number", metavar="NUMBER", help="The caller's number, E.164.")
@click.option("--language", metavar="CODE", help="Language code the caller is greeted in.")
@click.option("--as-recorded", "straight", is_flag=True, help="Play straight through; wait for no question.")
@click.option("--real-time", is_flag=True, help="At the pace of speech, instead of as fast as possible.")
@unproved_option
def call(
    site: str, wavs: tuple[Path, ...], now: str | None, database: str, unproved: bool, **how: Any
) -> None:
    """Take a call from a recording through the real audio path, and show how long each reply took."""
    from telephony import recorded_call  # noqa: PLC0415

    _allow(site, unproved)
    with _mistakes():
        desk = _desk(site, database, keep=True)
        make_ready(site, desk.domain)
        click.echo("\n".join(recorded_call.run(desk, wavs, now, **how)))


@app.group()
def voice() -> None:
    """Speech that is rendered before anybody calls."""


@voice.command("build")
@click.argument("site")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Where the clips go.")
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="People's recordings, as LANGUAGE/RESPONSE.wav.",
)
@click.option(
    "--lines",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Build with the voices that this configuration names.",
)
def build_voice(site: str, folder: Path | None, recordings: Path | None, lines: Path | None) -> None:
    """Render once what a site says in the same words in every call."""
    from telephony import recorded_call, voice_build  # noqa: PLC0415

    desk = _desk(site, MEMORY)
    with _mistakes():
        now = desk.clock(None)()
        built = voice_build.run(desk.domain, folder, now, recorded_call.RATE, recordings, lines)
        click.echo("\n".join(built))


@app.command()
@click.argument("site", default="gedimino")
@click.pass_context
def demo(context: click.Context, site: str) -> None:
    """Talk to the demo site; without a terminal, play sample calls and show a trace and the book."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        if page_is_wanted():
            context.invoke(talk, site=site, port=0)
        else:
            context.invoke(chat, site=site)
        return
    from engine.showcase import play  # noqa: PLC0415

    with _mistakes():
        code = play(site)
        if code == 0:
            play_aloud(_desk(site, MEMORY), site)
    sys.exit(code)


def _allow(site: str, unproved: bool) -> None:
    """Let a pack take this call whatever is known of it, and say so, where somebody asked for that."""
    if not unproved:
        return
    from engine.pack import load  # noqa: PLC0415
    from engine.proved import allow  # noqa: PLC0415

    with _mistakes():
        said = allow(load(site))
    if said:
        click.echo(said, err=True)


def _desk(site: str, database: str, model: str = "none", *, keep: bool = False) -> Desk:
    from engine.calls import Desk  # noqa: PLC0415

    with _mistakes():
        return Desk.open(site, database, model=model, keep=keep)
    raise AssertionError


def _clock(desk: Desk, now: str | None) -> Callable[[], datetime]:
    try:
        return desk.clock(now)
    except ValueError as error:
        raise click.UsageError(f"--now {now}: not a local time such as 2026-11-23T09:15") from error


def _serve_lines(call: TextCall) -> None:
    from engine import jsonl  # noqa: PLC0415

    _print(jsonl.output(call.open()))
    for line in jsonl.lines(sys.stdin.buffer):
        try:
            _print(jsonl.output(jsonl.apply(call, jsonl.parse(line))))
        except jsonl.LineError as error:
            _print(jsonl.error(str(error), call.state))
    if call.state.phase != "ended":
        call.hang_up()  # the other end is gone: what was held for it is given back


def _print(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False))


for _command in (answer, compare, prove, serve, talk, tapes):
    app.add_command(_command)


def main() -> None:
    """Run the command line."""
    app(args=_with_fresh_book(sys.argv[1:]), prog_name="frontdesk")


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
