"""Setting up a call: a loaded site, its book, its understanding, and a clock."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.booking.service import Booking
from engine.booking.sqlite import SqliteStore
from engine.cache_folder import cache_folder
from engine.nlu.cascade import Understanding
from engine.nlu.classify import Classifier
from engine.pack import load
from engine.pack.cache import keep_for_good
from engine.performer import Performer
from engine.proved import admit
from engine.text_call import TextCall
from engine.traces import Recorder, TapeWriter

if TYPE_CHECKING:
    from engine.archive.store import Archive
    from engine.core.domain import Domain
    from engine.model.consultant import Consultant

MEMORY = ":memory:"


def asked(domain: Domain, names: str) -> Consultant | None:
    """Who asks the language models of these names, as `--model` takes them; None for none.

    Raises:
        ValueError: there is no such model, or it lacks its key.
        OSError: a recorded one cannot be read.
    """
    if names == "none":
        return None
    from engine.model.sources import consultant  # noqa: PLC0415 - rules alone need none of it

    return consultant(domain, names)


@dataclass(slots=True)
class Desk:
    """A site with its book open, ready to take calls."""

    domain: Domain
    booking: Booking
    performer: Performer
    recorder: Recorder | None = None
    """Made with the first tape."""
    archive: Archive | None = None
    """Where tapes are filed, once asked for."""

    @classmethod
    def open(
        cls,
        site: str,
        database: str = MEMORY,
        *,
        domain: Domain | None = None,
        understanding: Understanding | None = None,
        consultant: Consultant | None = None,
        model: str = "none",
        keep: bool = False,
    ) -> Desk:
        """Load a site and open its book; a new one starts with the site's seed data.

        `keep` files the tapes of its calls with the book, where that is a file. `model` names the language
        models that help, as `--model` does; `consultant` is one that asks them already.

        Raises:
            PackError: the site must not serve calls.
            UnprovedError: a call is known that breaks it.
            BookError: the book cannot be opened.
            TapeError: the key of the sealed layer is none.
            ValueError: there is no such model, or it lacks its key.
        """
        loaded = domain or load(site)
        if domain is None:
            admit(loaded)
        if consultant is None:
            consultant = asked(loaded, model)
        booking = Booking(loaded.catalogue, SqliteStore(_path(database)))
        booking.seed(loaded.people, [_row(item) for item in loaded.appointments])
        mind = understanding or understanding_of(loaded)
        desk = cls(loaded, booking, Performer(loaded, booking, mind, consultant))
        if keep and _path(database) != MEMORY:
            desk.keep_tapes(database)
        return desk

    def call(
        self,
        clock: Callable[[], datetime],
        *,
        number: str | None = None,
        language: str | None = None,
        tape: Path | None = None,
        call: str = "",
    ) -> TextCall:
        """Begin a call by text; `tape` is a file for its tape, as `tape()` has it."""
        name = call or self.name_of(clock)
        writer = self.tape(name, tape)
        return TextCall(
            self.domain, self.performer, clock, call=name, number=number, language=language, tape=writer
        )

    def name_of(self, clock: Callable[[], datetime]) -> str:
        """An id for a call that comes from no carrier."""
        return f"{self.domain.id}-{clock().astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"

    def tape(self, call: str, copy: Path | None = None) -> TapeWriter | None:
        """Begin the tape of a call, whichever way it comes in; every shell gets its tape here.

        It is filed with the others where tapes are kept, is in the file `copy` where one is asked for, or
        both; None when nobody wants it.
        """
        if self.archive is not None:
            return self.archive.tape(call, copy)
        if copy is None:
            return None
        if self.recorder is None:
            self.recorder = Recorder(self.domain)
        return self.recorder.tape(copy, call)

    def keep_tapes(self, database: str) -> Archive:
        """File the tapes of calls in the database of the book, which must be a file.

        Raises:
            StoreUnavailable: it cannot be opened.
            TapeError: the key of the sealed layer is none.
        """
        from engine.archive.store import Archive  # noqa: PLC0415 - most text calls keep none

        self.archive = Archive(_path(database), self.domain)
        return self.archive

    def prepare(self) -> None:
        """Compile every language now, so that no caller waits for one: a server does so at its start."""
        self.performer.prepare()
        keep_for_good()

    def appointments(self) -> list[dict[str, str]]:
        """The book as it stands, under the pack's own word for whom a booking is for."""
        rows = []
        for row in self.booking.listing():
            named = {(self.domain.subject if key == "subject" else key): value for key, value in row.items()}
            rows.append(named)
        return rows

    def clock(self, now: str | None) -> Callable[[], datetime]:
        """A clock that stands still at a local time, or the real one.

        Raises:
            ValueError: the time is not ISO.
        """
        if now is None:
            return lambda: datetime.now(UTC).astimezone(self.domain.catalogue.zone)
        moment = datetime.fromisoformat(now)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.domain.catalogue.zone)
        return lambda: moment


def understanding_of(domain: Domain) -> Understanding:
    """The understanding of a site, with the classifier where one was trained (`frontdesk train`)."""
    return Understanding(domain, Classifier(domain.vocabulary, cache_folder()))


def _path(database: str) -> str:
    """The file of a database given by path or URL.

    Raises:
        ValueError: another kind of database.
    """
    scheme, found, rest = database.partition("://")
    if not found:
        return database
    if scheme != "sqlite":
        message = f"--db {scheme}://...: only sqlite is supported, as a path or sqlite:///path"
        raise ValueError(message)
    return rest.removeprefix("/") or MEMORY


def _row(item: object) -> dict[str, str]:
    return {
        name: str(getattr(item, name)) for name in ("id", "subject", "service", "provider", "room", "start")
    }
