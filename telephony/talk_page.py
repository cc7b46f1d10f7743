"""The microphone of the console's Talk page: a whole call with the embedded speech, in its own process.

The console knows only its own `Microphone`; here is what stands behind it. Ears and voice are loaded when
somebody first speaks, so a console that nobody speaks to costs nothing.
"""

from __future__ import annotations

import asyncio
import hmac
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.console.microphone import SpokenCall
from engine.core.actions import Say, Transfer
from engine.core.events import CallEnded, FellSilent, Heard, Keyed
from engine.tape_summary import handed_over
from telephony.asr.local import LANGUAGES
from telephony.call import run_call
from telephony.embedded import Speech, missing
from telephony.lines.browser import BrowserStream
from telephony.lines.sockets import SocketLine, WebSocketPort
from telephony.settings import Shell

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

    from engine.calls import Desk
    from engine.core.decision import Step
    from engine.core.events import Event
    from engine.core.state import DialogueState
    from engine.text_call import Tape

_KEPT = 50
"""Calls that can still be looked at on their page; their tapes are in the archive for longer."""
_PARTS = (Heard, Keyed, FellSilent, CallEnded)


class Shown:
    """A tape that also shows the call to its page."""

    def __init__(self, call: SpokenCall, tape: Tape | None) -> None:
        self._call, self._tape = call, tape

    def write(self, before: DialogueState, event: Event, outcome: Step) -> None:
        """Add one step."""
        call = self._call
        match event:
            case Heard(transcript=heard) if heard.final:
                call.lines.append(("caller", heard.text or "…"))
            case Keyed(digits=digits):
                call.lines.append(("caller", digits))
            case FellSilent():
                call.lines.append(("note", "silence"))
            case CallEnded(by="caller"):
                call.lines.append(("note", "hung_up"))
        for action in outcome.actions:
            if isinstance(action, Say):
                call.lines.append(("desk", action.text))
            elif isinstance(action, Transfer):
                call.lines.append(("note", f"transfer {action.to}"))
        fresh = isinstance(event, _PARTS)
        call.decisions = outcome.decisions if fresh else (*call.decisions, *outcome.decisions)
        call.state = outcome.state
        if self._tape is not None:
            self._tape.write(before, event, outcome)

    def close(self) -> None:
        """Nothing more will come."""
        if self._tape is not None:
            self._tape.close()


class TalkPage:
    """The microphone of one site's console: an `engine.console.microphone.Microphone`."""

    def __init__(
        self, desk: Desk, clock: Callable[[], datetime], load: Callable[[], Speech] | None = None
    ) -> None:
        """`load` loads other ears and another voice than the embedded ones; once, in a thread."""
        self._desk, self._clock, self._load = desk, clock, load or Speech.load
        self._missing = missing() if load is None else ""
        self._calls: dict[str, SpokenCall] = {}
        self._tickets: dict[str, str] = {}
        self._lock = threading.Lock()
        self._speech: Speech | None = None
        self._shell: Shell | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def missing(self) -> str:
        """Why nobody can speak here; empty when they can."""
        return self._missing

    def languages(self) -> Sequence[str]:
        """The languages of the site that the embedded speech knows."""
        return [code for code in self._desk.domain.languages if code in LANGUAGES]

    def begin(self, account: str, language: str) -> SpokenCall:
        """Expect a call."""
        name = f"spoken-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        ticket = token_urlsafe(24)
        call = SpokenCall(name, account, language, f"/talk/spoken/{name}/socket/{ticket}")
        with self._lock:
            self._calls[name], self._tickets[name] = call, ticket
            for old in list(self._calls)[:-_KEPT]:
                self._tickets.pop(old, None)
                del self._calls[old]
        return call

    def get(self, name: str) -> SpokenCall | None:
        """A call that is expected, going on, or has just ended here."""
        with self._lock:
            return self._calls.get(name)

    def hand_over(self, name: str) -> bool:
        """Put a live call through to a person; False when it is none of these."""
        shell, loop = self._shell, self._loop
        post = shell.live.get(name) if shell is not None else None
        if post is None or loop is None:
            return False
        loop.call_soon_threadsafe(post, handed_over(self._clock()))
        return True

    def routes(self) -> Sequence[BaseRoute]:
        """The media socket."""
        from starlette.routing import WebSocketRoute

        return [WebSocketRoute("/talk/spoken/{call}/socket/{ticket}", self._socket)]

    def close(self) -> None:
        """Let go; what is going on ends with its sockets."""
        if self._speech is not None:
            self._speech.close()
        if self._shell is not None:
            self._shell.close()

    async def _socket(self, websocket: WebSocket) -> None:
        """One call; the socket is opened once the speech is ready, so the page knows when to listen."""
        name = websocket.path_params["call"]
        call = self._admitted(websocket, name, websocket.path_params["ticket"])
        if call is None:
            return await websocket.close(1008)
        try:
            speech, shell = await asyncio.to_thread(self._ready)
        except ValueError:
            call.over = True
            return await websocket.close(1011)
        await websocket.accept()
        line = SocketLine(BrowserStream(name), WebSocketPort(websocket))
        try:
            if await line.open() is not None:
                await self._talk(call, line, speech, shell)
        finally:
            call.over = True
            await line.aclose()

    async def _talk(self, call: SpokenCall, line: SocketLine, speech: Speech, shell: Shell) -> None:
        self._loop = asyncio.get_running_loop()
        archive, began, start = self._desk.archive, monotonic(), self._clock()

        def tape(name: str) -> Tape:
            return Shown(call, self._desk.tape(name))

        await run_call(
            line, speech.recognizer, speech.synthesizer, self._desk.performer, self._desk.domain,
            lambda: start + timedelta(seconds=monotonic() - began),
            shell=shell, tape=tape, sound=archive.sound_path if archive is not None else None,
            language=call.language,
        )  # fmt: skip

    def _admitted(self, websocket: WebSocket, name: str, ticket: str) -> SpokenCall | None:
        """The call that this socket may open: its ticket is good once, for a page of this very host."""
        origin = urlsplit(websocket.headers.get("origin", ""))
        if origin.netloc != websocket.headers.get("host", ""):
            return None
        with self._lock:
            expected = self._tickets.get(name, "")
            if not expected or not hmac.compare_digest(expected.encode(), ticket.encode()):
                return None
            del self._tickets[name]
            return self._calls.get(name)

    def _ready(self) -> tuple[Speech, Shell]:
        """Ears and voice, loaded the first time; raises ValueError when they are not installed."""
        with self._lock:
            if self._speech is None or self._shell is None:
                self._desk.prepare()
                self._speech = self._load()
                self._shell = Shell(detector=self._speech.recognizer.detector)
            return self._speech, self._shell
