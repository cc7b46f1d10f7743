"""The commands that keep a site's tapes: list, export, import, purge, erase."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.mistakes import mistakes

if TYPE_CHECKING:
    from engine.archive.store import Archive


@click.group()
def tapes() -> None:
    """Keep the tapes of a site in its database: list, export, import, purge, erase."""


book_of_tapes = click.option("--db", "database", required=True, metavar="FILE", help="The site's database.")


@tapes.command("list")
@click.argument("site")
@book_of_tapes
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_tapes(site: str, database: str, as_json: bool) -> None:
    """List the calls that are filed, the newest first."""
    from engine.archive.listing import Filter, listed  # noqa: PLC0415

    with mistakes():
        page = listed(_archive(site, database), Filter(), limit=1000)
    if as_json:
        click.echo(json.dumps([row.plain() for row in page.rows], ensure_ascii=False))
        return
    for row in page.rows:
        click.echo(
            f"{row.started:%Y-%m-%d %H:%M} {row.call:<40} {row.outcome:<12} {row.level} {row.reason}".rstrip()
        )


@tapes.command("export")
@click.argument("site")
@click.argument("folder", type=click.Path(path_type=Path))
@book_of_tapes
def export_tapes(site: str, folder: Path, database: str) -> None:
    """Write every tape as a file into FOLDER; private values stay sealed."""
    with mistakes():
        click.echo(f"{_archive(site, database).export(folder)} tapes written")


@tapes.command("import")
@click.argument("site")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@book_of_tapes
def import_tapes(site: str, files: tuple[Path, ...], database: str) -> None:
    """File copies of tapes, or of folders of them."""
    from engine.tape_sources import tape_files  # noqa: PLC0415

    with mistakes():
        calls, wrong = _archive(site, database).take_copies(tape_files(files))
        click.echo(f"{len(calls)} tapes filed")
    for message in wrong:
        click.echo(message, err=True)
    sys.exit(1 if wrong else 0)


@tapes.command("purge")
@click.argument("site")
@book_of_tapes
def purge_tapes(site: str, database: str) -> None:
    """Remove what the site has kept long enough, class by class, and print the proof."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from engine.archive.retention import purge  # noqa: PLC0415

    with mistakes():
        report = purge(_archive(site, database), datetime.now(UTC))
        click.echo(json.dumps(report.plain(), ensure_ascii=False, indent=2))
    sys.exit(1 if any(report.overdue.values()) else 0)


@tapes.command("erase")
@click.argument("site")
@click.argument("person")
@book_of_tapes
def erase_from_tapes(site: str, person: str, database: str) -> None:
    """Erase PERSON, an id of the book, from tapes, book, sound and index, and print what went."""
    from engine.archive.erasure import erase  # noqa: PLC0415

    with mistakes():
        report = erase(_archive(site, database), person)
        click.echo(json.dumps(report.plain(), ensure_ascii=False, indent=2))


def _archive(site: str, database: str) -> Archive:
    from engine.archive.store import Archive  # noqa: PLC0415
    from engine.pack import load  # noqa: PLC0415

    return Archive(database, load(site))
