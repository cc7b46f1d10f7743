"""An event loop in which waiting takes no time, for calls that come from recordings and from tests.

Time passes as the processor works, and nothing else does: where a loop would sleep until the next timer,
this one moves its clock there. So a call of a minute takes the seconds of computing in it, with the same
latencies as a call at its real pace. `frozen` stops the clock while it computes as well: then a call runs
the same on any machine. `processor` counts only the process's own processor time: the latencies of a machine
that has nothing else to do.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

_T = TypeVar("_T")


class _Selector(selectors.DefaultSelector):
    """Does not sleep, unless a thread is at work whose result is being waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.working = 0
        self.skip: Callable[[float], None] = lambda _seconds: None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Ready files; the wait for a timer is skipped."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self.working:
            return super().select(None if self.frozen else timeout)
        ready = super().select(0)
        if not ready:
            self.skip(timeout)
        return ready

    frozen = False


class FastLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that skips waiting."""

    def __init__(self, *, frozen: bool = False, processor: bool = False) -> None:
        self._processor = processor
        self._fast = _Selector()
        self._fast.frozen = frozen
        self._fast.skip = self._move
        self._moved = 0.0
        self._frozen_at: float | None = None
        super().__init__(self._fast)
        if frozen:
            self._frozen_at = super().time()

    def _move(self, seconds: float) -> None:
        self._moved += seconds

    def time(self) -> float:
        """Seconds on the loop's clock: computing, and the waiting that was skipped."""
        if self._frozen_at is not None:
            return self._frozen_at + self._moved
        return (time.process_time() if self._processor else super().time()) + self._moved

    def run_in_executor(  # type: ignore[override] # a future is a future, whatever its source
        self, executor: Executor | None, func: Callable[..., _T], *args: Any
    ) -> asyncio.Future[_T]:
        """Run a function in a thread; time is not skipped while it works."""
        self._fast.working += 1
        future: asyncio.Future[_T] = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _future: object) -> None:
        self._fast.working -= 1


def run_fast(main: Coroutine[Any, Any, _T], *, frozen: bool = False, processor: bool = False) -> _T:
    """Run a coroutine in a loop of this kind."""
    with asyncio.Runner(loop_factory=lambda: FastLoop(frozen=frozen, processor=processor)) as runner:
        return runner.run(main)
