"""The commands that serve: the console, and the telephone; and what the demo offers of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.mistakes import mistakes

if TYPE_CHECKING:
    from engine.calls import Desk
    from engine.console.hub import Case, Hub
    from engine.console.microphone import Microphone
    from engine.core.domain import Domain


unproved_option = click.option(
    "--unproved",
    is_flag=True,
    help="Serve even though a call is known that breaks a guarantee; tapes say so.",
)


def _serving(command: Callable[..., None]) -> Callable[..., None]:
    """The options of the two commands that serve."""
    for option in reversed(
        (
            click.option("--db", "database", default="", metavar="FILE", help="The site's database."),
            click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on."),
            click.option("--port", default=8080, show_default=True, help="The port; 0 takes any."),
            click.option(
                "--name", "names", multiple=True, metavar="HOST", help="A host name people open it by."
            ),
            click.option("--compare", multiple=True, metavar="PACK", help="A pack to replay calls over."),
            click.option(
                "--examples", type=click.Path(path_type=Path), help="Folder for calls made examples."
            ),
            unproved_option,
            click.option("--oidc", type=click.Path(path_type=Path), help="File of an OpenID provider."),
            click.option(
                "--now", metavar="ISO", help="Freeze the clock at this local time, to try things out."
            ),
        )
    ):
        command = option(command)
    return command


@click.command()
@click.argument("site")
@_serving
def serve(site: str, **options: Any) -> None:
    """Serve the console of a site on this machine: calls, live, talk, book, pack, numbers."""
    _serve_console(site, options, None)


@click.command()
@click.argument("site", default="gedimino")
@_serving
def talk(site: str, **options: Any) -> None:
    """Serve the console and open it in a browser, signed in, to talk to the receptionist."""
    _serve_console(site, options, click.launch)


@click.command()
@click.argument("sites", nargs=-1, required=True)
@click.option(
    "--lines", required=True, type=click.Path(path_type=Path), help="File of the lines, vendors and sites."
)
@click.option("--db", "database", default=":memory:", metavar="FILE", help="The book, with its tapes.")
@unproved_option
def answer(sites: tuple[str, ...], lines: Path, database: str, unproved: bool) -> None:
    """Take telephone calls of sites over the lines that a configuration names."""
    from telephony import answering  # noqa: PLC0415

    with mistakes():
        for site in sites:
            _admit(site, unproved)
        _make_sites_ready(sites)
        answering.run(sites, lines, database)


def page_is_wanted() -> bool:
    """Offer the page where a browser is at hand; say how to have it where the server is not installed."""
    screen = sys.platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())
    if not screen:
        return False
    if find_spec("uvicorn") is None or find_spec("starlette") is None:
        click.echo("There is a page as well, with a microphone: pip install -e '.[server,speech]'.")
        return False
    kind = click.prompt(
        "Type the call here, or talk on a page in the browser?",
        type=click.Choice(["type", "page"]),
        default="type",
    )
    return bool(kind == "page")


def play_aloud(desk: Desk, site: str) -> None:
    """The sample call as sound, where the embedded speech is installed; nothing is installed for it."""
    from telephony import embedded, sample_call  # noqa: PLC0415

    example = sample_call.example_of(site)
    if example is None:
        return
    if missing := embedded.missing():
        click.echo(f"\nThe sample call was typed, not spoken: {missing}")
        return
    out = Path("build") / "sample-call.wav"
    click.echo("\nThe same desk, spoken and heard by the embedded speech (some ten seconds of computing):")
    click.echo("\n".join(sample_call.play(desk, example, out)))
    click.echo(f"Both sides are in {out}: the caller left, the desk right.")


def _admit(site: str, unproved: bool) -> None:
    """Look at a pack before it takes the calls of others, and say in the log what is known of it."""
    from engine.proof.quick import admit  # noqa: PLC0415

    admit(site, unproved=unproved, say=lambda line: click.echo(line, err=True))


def _serve_console(site: str, options: dict[str, Any], open_page: Callable[[str], object] | None) -> None:
    from engine.console import serving  # noqa: PLC0415

    with mistakes():
        _admit(site, options.pop("unproved", False))
    wanted = serving.Options(
        site,
        provider=options.pop("oidc"),
        cases=_cases,
        play=_play,
        proof=_proof,
        microphone=_microphone,
        **options,
    )
    with mistakes():
        _make_sites_ready([site])
        serving.serve(wanted, say=click.echo, open_page=open_page)


def _microphone(hub: Hub) -> Microphone:
    """What one speaks to on the Talk page."""
    from telephony.talk_page import TalkPage  # noqa: PLC0415

    return TalkPage(hub.desk, hub.clock)


def make_ready(site: str, domain: Domain) -> None:
    """Train the classifier of a site whose examples are new; whoever runs the command is told so."""
    from engine.quality import trained  # noqa: PLC0415

    trained.make_ready(site, domain, lambda line: click.echo(line, err=True))


def _make_sites_ready(sites: Iterable[str]) -> None:
    from engine.pack import load  # noqa: PLC0415

    for site in sites:
        make_ready(site, load(site))


def _cases(hub: Hub) -> list[Case]:
    """Every policy case of the console's site, run now."""
    from engine.console.hub import Case  # noqa: PLC0415
    from engine.pack import policy_cases  # noqa: PLC0415
    from engine.quality.examples import run_case  # noqa: PLC0415

    found = []
    for item in policy_cases(hub.site):
        wrong = run_case(hub.domain, item.data, item.where, hub.desk.performer.understanding)
        rule = str(item.data.get("policy") or item.data.get("guarantee"))
        found.append(
            Case(rule, str(item.data["case"]), item.where, not wrong, "; ".join(x.what for x in wrong))
        )
    return found


def _play(hub: Hub, text: str) -> list[str]:
    """What goes otherwise when an example call is played against a fresh book of the console's site."""
    from engine.quality.examples import play_text  # noqa: PLC0415

    return play_text(hub.domain, text, hub.desk.performer.understanding)


def _proof(hub: Hub) -> Mapping[str, Any] | None:
    """What the last `frontdesk prove` of the console's site said."""
    from engine.proved import kept  # noqa: PLC0415

    return kept(hub.site, hub.domain.version)
