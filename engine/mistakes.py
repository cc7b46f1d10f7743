"""What a command does with a mistake of the person at the keyboard."""

from __future__ import annotations

import sys

import click


class mistakes:  # noqa: N801 - reads as a word in a with statement
    """Turns a mistake of the person at the keyboard into a message and an exit code."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: object) -> None:
        from engine.core.errors import FrontdeskError  # noqa: PLC0415

        if isinstance(error, FrontdeskError | OSError | ValueError):
            click.echo(str(error), err=True)
            sys.exit(1)
