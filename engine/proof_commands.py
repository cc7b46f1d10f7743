"""The commands that show what calls to a pack can and cannot do: prove, compare."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.mistakes import mistakes

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("packs", nargs=-1, required=True)
@as_json
@click.option(
    "--surprises", type=click.IntRange(0), help="Calls with at most so many; else as far as time allows."
)
@click.option(
    "--seconds", type=float, default=100.0, show_default=True, help="Of a processor, per beginning."
)
@click.option("--states", type=int, help="States kept, per beginning: 150000, with --mutate 2000.")
@click.option("--save/--no-save", default=True, help="Keep each failing call among the pack's example calls.")
@click.option("--known", is_flag=True, help="Do not prove again what was proved so far and has not changed.")
@click.option("--resume", is_flag=True, help="Go on exploring where the last exploration stopped.")
@click.option("--mutate", is_flag=True, help="Make small mistakes in the pack, and say which nobody finds.")
@click.option(
    "--sample", type=click.FloatRange(0, 1, min_open=True), default=1.0, help="Try this share of them."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the sample.")
def prove(
    packs: tuple[str, ...],
    as_json: bool,
    surprises: int | None,
    seconds: float,
    states: int | None,
    save: bool,
    known: bool,
    resume: bool,
    mutate: bool,
    sample: float,
    seed: int,
) -> None:
    """Show what calls to a pack can never do, or the shortest call that does it; 1 when there is one."""
    from engine.proof import command  # noqa: PLC0415
    from engine.proof.explore import Bound  # noqa: PLC0415

    with mistakes():
        if mutate:
            code = command.mutate(packs, share=sample, seed=seed, states=states or 2_000, as_json=as_json)
        else:
            bound = Bound(surprises, states or 150_000, seconds)
            code = command.prove(packs, bound, as_json=as_json, save=save, known=known, resume=resume)
    sys.exit(code)


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--tapes", multiple=True, type=click.Path(path_type=Path, exists=True),
    help="Recorded calls, or folders of them: how many would have gone differently.",
)  # fmt: skip
@click.option("--surprises", type=click.IntRange(0), default=0, show_default=True, help="Explore so far.")
@click.option("--states", type=int, default=150_000, show_default=True, help="States kept, per beginning.")
@as_json
def compare(old: str, new: str, tapes: tuple[Path, ...], surprises: int, states: int, as_json: bool) -> None:
    """Say what calls to the NEW version of a pack can do that they could not in the OLD one, or no longer."""
    from engine.proof import command  # noqa: PLC0415
    from engine.proof.explore import Bound  # noqa: PLC0415

    with mistakes():
        code = command.compare(old, new, Bound(surprises, states), tapes, as_json=as_json)
    sys.exit(code)
