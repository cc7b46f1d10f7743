"""What the pages of one site share: its desk, archive and accounts, its calls by text, and what was opened.

Nothing here knows HTTP. What the console may not import (the example runner, the prover, the telephone
server) is handed in by whoever starts it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.archive import handover
from engine.archive.housekeeping import Housekeeper
from engine.core.errors import TapeError
from engine.pack import policy_cases
from engine.tape_summary import Summary, handed_over, summarised
from engine.traces import parse_tape

if TYPE_CHECKING:
    from engine.archive.store import Archive
    from engine.calls import Desk
    from engine.console.accounts import Accounts
    from engine.console.example_call import Play
    from engine.console.microphone import Microphone
    from engine.pack.examples import Example
    from engine.text_call import Reply, TextCall

OPENED_S = 900
"""For how long a sealed layer stays open to whoever gave a reason."""
_IDLE_S = 1800
_TALKS = 50


@dataclass(frozen=True, slots=True)
class Case:
    """A policy case or example call, and whether it holds."""

    rule: str
    name: str
    where: str
    holds: bool
    why: str = ""


@dataclass(slots=True)
class Talk:
    """A call by text in this process."""

    call: TextCall
    name: str
    account: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    """Who spoke (caller, desk, note) and what."""
    reply: Reply | None = None
    touched: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Talks:
    """Calls by text that people of this console have; old ones are hung up, so none stays for ever."""

    def __init__(self, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._desk, self._clock = desk, clock
        self._talks: dict[str, Talk] = {}
        self._lock = threading.Lock()

    def begin(self, account: str, language: str | None) -> Talk:
        """Take a call."""
        self._tidy()
        name = f"text-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        call = self._desk.call(self._clock, language=language, call=name)
        talk = Talk(call, name, account)
        with self._lock:
            self._talks[name] = talk
        self._note(talk, call.open())
        return talk

    def get(self, name: str) -> Talk | None:
        """A call that is going on or has just ended here."""
        with self._lock:
            return self._talks.get(name)

    def act(self, talk: Talk, kind: str, text: str = "") -> None:
        """Let the caller say something, be silent, press keys or hang up."""
        with talk.lock:
            if talk.call.state.phase == "ended":
                return
            talk.touched = time.monotonic()
            match kind:
                case "silence":
                    talk.lines.append(("note", "silence"))
                    reply = talk.call.silence()
                case "keys":
                    talk.lines.append(("caller", text))
                    reply = talk.call.keys(text)
                case "hang_up":
                    talk.lines.append(("note", "hung_up"))
                    reply = talk.call.hang_up()
                case _:
                    talk.lines.append(("caller", text))
                    reply = talk.call.say(text)
            self._note(talk, reply)

    def hand_over(self, name: str) -> bool:
        """Put a call through to a person; False when it is not one of these, or is over."""
        talk = self.get(name)
        if talk is None:
            return False
        with talk.lock:
            if talk.call.state.phase != "talking":
                return False
            self._note(talk, talk.call.feed(handed_over(self._clock())))
        return True

    def close(self) -> None:
        """Hang up every call: what was held for it is given back."""
        with self._lock:
            talks = list(self._talks.values())
            self._talks.clear()
        for talk in talks:
            with talk.lock:
                if talk.call.state.phase != "ended":
                    talk.call.hang_up()
                talk.call.close()

    def _note(self, talk: Talk, reply: Reply) -> None:
        talk.reply = reply
        talk.lines += [("desk", say.text) for say in reply.says]
        for action in reply.actions:
            if type(action).__name__ == "Transfer":
                talk.lines.append(("note", f"transfer {action.to}"))  # type: ignore[union-attr]

    def _tidy(self) -> None:
        now = time.monotonic()
        with self._lock:
            old = [talk for talk in self._talks.values() if now - talk.touched > _IDLE_S]
            if len(self._talks) >= _TALKS:
                old.append(min(self._talks.values(), key=lambda talk: talk.touched))
            for talk in old:
                self._talks.pop(talk.name, None)
        for talk in old:
            with talk.lock:
                if talk.call.state.phase != "ended":
                    talk.call.hang_up()


class Hub:
    """Everything that the pages of one site stand on."""

    def __init__(  # noqa: PLR0913 - one argument for each thing that pages stand on
        self,
        desk: Desk,
        archive: Archive,
        accounts: Accounts,
        *,
        site: str,
        clock: Callable[[], datetime],
        compare: Mapping[str, str] | None = None,
        examples: Path | None = None,
        cases: Callable[[], Sequence[Case]] | None = None,
        proof: Callable[[], Mapping[str, Any] | None] | None = None,
        play: Play | None = None,
        hand_over: Callable[[str], bool] | None = None,
    ) -> None:
        self.desk, self.archive, self.accounts, self.clock = desk, archive, accounts, clock
        self.domain = desk.domain
        self.site = site
        """What it was started as: the name or path that the pack is read from."""
        self.compare = dict(compare or {})
        """Names of packs and sites that calls may be replayed over, to their paths."""
        self.examples = examples
        """The folder into which calls are written as examples."""
        self.cases, self.proof, self.play = cases, proof, play
        self.talks = Talks(desk, clock)
        self.microphone: Microphone | None = None
        """The speech shell of this process, where there is one."""
        self.housekeeper = Housekeeper(archive, clock)
        """Purges while the console is served; whoever serves it starts it."""
        self._hand_over = hand_over
        self._policy_cases: list[Example] | None = None
        self.ran: tuple[datetime, Sequence[Case]] | None = None
        """When the cases of the rules were last run here, and what came of them."""
        self._opened: dict[tuple[str, str], float] = {}

    def policy_cases(self) -> list[Example]:
        """The cases of the pack's rules, read once: they belong to the version that takes the calls."""
        if self._policy_cases is None:
            self._policy_cases = policy_cases(self.site)
        return self._policy_cases

    def run_cases(self) -> None:
        """Run every case of the rules, and remember what came of it: the pack does not change meanwhile."""
        if self.cases is not None:
            self.ran = datetime.now(UTC), self.cases()

    def open_seal(self, session: str, what: str) -> None:
        """Let a session see what is sealed of a call or a page, for a while."""
        now = time.monotonic()
        self._opened = {key: until for key, until in self._opened.items() if until > now}
        self._opened[session, what] = now + OPENED_S

    def is_open(self, session: str, what: str) -> bool:
        """Whether a session may see what is sealed of it."""
        return self._opened.get((session, what), 0.0) > time.monotonic()

    def hand_over(self, call: str) -> bool:
        """Put a live call through to a person, whichever process has it; False when none does."""
        spoken = self.microphone.hand_over if self.microphone is not None else None
        ways = (self.talks.hand_over, spoken, self._hand_over, partial(handover.ask, self.archive))
        return any(way(call) for way in ways if way is not None)

    def live(self) -> list[Summary]:
        """The calls in progress, the newest first."""
        found = []
        for path in reversed(self.archive.live()):
            try:
                text = path.read_bytes()
                summary = summarised(parse_tape(text[: text.rindex(b"\n") + 1], path.name), self.domain)
            except (OSError, ValueError, TapeError):
                continue
            if summary.started:
                found.append(summary)
        return found

    def close(self) -> None:
        """Hang up and let go."""
        self.housekeeper.close()
        self.talks.close()
        if self.microphone is not None:
            self.microphone.close()
        self.archive.close()
