"""Carrying out what the core asks for: off the loop where it may block, within limits of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from engine.asking import Asking
from engine.core.actions import Compose, Request, Transfer, Understand, Wait
from engine.core.events import Event, Failed, TimedOut, TransferEnded
from telephony.settings import Shell

if TYPE_CHECKING:
    from engine.core.state import DialogueState
    from telephony.line import LineControl

Waiting = Callable[[], Coroutine[Any, Any, None]]
OUTCOMES = frozenset({"answered", "declined", "busy", "no_answer", "voicemail", "failed", "caller_left"})


class World(Protocol):
    """Where the actions of a call meet the world; an engine.performer.Performer."""

    @property
    def on_file(self) -> Sequence[str]:
        """The names of people on file, as far as they are known without looking."""

    def understand(self, action: Understand, at: datetime) -> Event:
        """Turn words into an Understood by rules alone, or a Failed."""

    def begin(self, action: Understand | Compose, state: DialogueState, at: datetime) -> Event | Asking:
        """Turn words into an Understood, or word a reply: at once, or with a model that is being asked."""

    def request(self, action: Request, call: str, at: datetime) -> Event:
        """Ask a service; an Answered, or a Failed."""

    def over(self, call: str) -> None:
        """A call is over: nobody waits for anything any more."""


class Effects:
    """The effects of one call, as tasks; every one of them ends in an event."""

    def __init__(
        self,
        world: World,
        shell: Shell,
        clock: Callable[[], datetime],
        post: Callable[[Event], None],
    ) -> None:
        self._world, self._shell = world, shell
        self._clock, self._post = clock, post
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self.working: dict[str, float] = {}
        """What is being waited for, as in Failed.what, and since when on the loop's clock."""

    @property
    def busy(self) -> bool:
        """Whether anything is still under way, answers that came too late for the call included."""
        return bool(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run an effect beside the call."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A defect in an effect must not leave the caller waiting: the core hands over.
            self._post(Failed(self._clock(), "policy:effects", kind=type(error).__name__))

    async def aclose(self) -> None:
        """Stop what is still under way."""
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- understanding

    async def foreseen(self, action: Understand) -> Event:
        """What words mean by the rules alone: nothing is asked of a model for words that may not be all."""
        found: Event = await self._in_time(self._world.understand, action, self._clock())
        return found

    def understand(self, action: Understand | Compose, state: DialogueState) -> None:
        """Answer with what was meant, or with an open reply's words."""
        what = "compose" if isinstance(action, Compose) else "understand"
        self.working[what] = asyncio.get_running_loop().time()
        self.start(self._answer_meaning(action, state, what))

    async def _answer_meaning(self, action: Understand | Compose, state: DialogueState, what: str) -> None:
        try:
            event = await self._in_time(self._world.begin, action, state, self._clock())
            if isinstance(event, Asking):
                event = await self._asked(event)
        finally:
            self.working.pop(what, None)
        self._post(event)

    async def _asked(self, asking: Asking) -> Event:
        """Wait for a model, which has a deadline of its own; a caller who waits longer hears so."""
        try:
            found = await asking.arrives(asking.filler_s, self._clock)
            if found is None:
                self._post(TimedOut(self._clock(), asking.timer))
                found = await asking.ends(self._clock)
        except asyncio.CancelledError:
            asking.cancel()
            raise
        return found

    async def _in_time(self, ask: Callable[..., Any], *args: Any) -> Any:
        """Run what should take a millisecond off the loop, and give it up when it does not come back."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._shell.limits.understanding):
                return await loop.run_in_executor(self._shell.understanding, ask, *args)
        except TimeoutError:
            return Failed(self._clock(), "understand", kind="slow")

    # --- services

    def request(self, action: Request, call: str) -> None:
        """Ask a service; an answer after its time is up is told as well, and the core undoes it."""
        if not action.compensates:
            self.working[f"request:{action.id}"] = asyncio.get_running_loop().time()
        self.start(self._answer_request(action, call))

    async def _answer_request(self, action: Request, call: str) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._shell.services, self._world.request, action, call, self._clock())
        answer = await asked
        what = f"request:{action.id}"
        self.working.pop(what, None)
        timer = self._timers.pop(what, None)
        if timer is not None:
            timer.cancel()
        self._post(answer)

    def wait(self, action: Wait) -> None:
        """Set a timer; one that an answer comes before does not ring."""
        loop = asyncio.get_running_loop()
        self._timers[action.timer] = loop.call_later(action.seconds, self._ring, action.timer)

    def _ring(self, timer: str) -> None:
        self._timers.pop(timer, None)
        self.working.pop(timer, None)
        self._post(TimedOut(self._clock(), timer))

    # --- a person

    def transfer(
        self,
        call: str,
        action: Transfer,
        control: LineControl | None,
        ready: Waiting,
        *,
        warm: bool,
    ) -> None:
        """Put the caller through; `ready` waits until the caller may leave us."""
        if self._shell.announce is not None:
            self.start(self._shell.announce(call, action))
        self.start(self._transfer(action, control, ready, warm=warm))

    async def _transfer(
        self,
        action: Transfer,
        control: LineControl | None,
        ready: Waiting,
        *,
        warm: bool,
    ) -> None:
        await ready()
        outcome = "failed"
        if control is not None and action.number:
            try:
                async with asyncio.timeout(self._shell.limits.ring):
                    outcome = await control.transfer(action.number, action.summary, warm=warm)
            except TimeoutError:
                outcome = "no_answer"
            except (OSError, ValueError, RuntimeError):
                outcome = "failed"  # whatever a carrier says is no reason to lose the caller
        self._post(TransferEnded(self._clock(), outcome if outcome in OUTCOMES else "failed"))
