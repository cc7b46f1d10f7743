"""Carrying out what the core asks for: off the loop where it may block, within limits of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.core.actions import Request, Transfer, Understand, Wait
from engine.core.events import Event, Failed, TimedOut, TransferEnded
from telephony.ahead import restamped
from telephony.settings import Shell

if TYPE_CHECKING:
    from engine.text_call import World
    from telephony.line import LineControl

Waiting = Callable[[], Coroutine[Any, Any, None]]
OUTCOMES = frozenset({"answered", "declined", "busy", "no_answer", "voicemail", "failed", "caller_left"})


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
        self._meanings: list[tuple[Understand, asyncio.Task[Event]]] = []
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
        for task in (*self._tasks, *(task for _, task in self._meanings)):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- understanding

    async def meaning(self, action: Understand) -> Event:
        """What words mean; the same question is asked once. Never raises, and never waits for long."""
        for question, answer in self._meanings:
            if question == action:
                return await asyncio.shield(answer)
        task = asyncio.get_running_loop().create_task(self._understand(action))
        self._meanings = [*self._meanings[-3:], (action, task)]
        return await asyncio.shield(task)

    async def _understand(self, action: Understand) -> Event:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._shell.limits.understanding):
                return await loop.run_in_executor(
                    self._shell.understanding, self._world.understand, action, self._clock()
                )
        except TimeoutError:
            return Failed(self._clock(), "understand", kind="slow")

    def understand(self, action: Understand) -> None:
        """Answer with what was meant."""
        self.working["understand"] = asyncio.get_running_loop().time()
        self.start(self._answer_meaning(action))

    async def _answer_meaning(self, action: Understand) -> None:
        try:
            event = await self.meaning(action)
        finally:
            self.working.pop("understand", None)
        self._post(restamped(event, self._clock()))

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
        action: Transfer,
        control: LineControl | None,
        ready: Waiting,
        *,
        warm: bool,
    ) -> None:
        """Put the caller through; `ready` waits until the caller may leave us."""
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
