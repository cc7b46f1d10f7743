"""Every test of the core runs with the world switched off, for the core.

pytest and hypothesis read files, clocks and random numbers while a test runs, so a plain ban would hit the tools.
Forbidden is such a call while a function of engine/core is anywhere on the stack: what the core does itself and what
it has others do. Files, sockets and processes are watched by an audit hook, which no name bound early escapes;
clocks, sleep and random numbers raise no audit event, so their functions are wrapped. `datetime.now` can be neither watched
nor wrapped: tests/test_architecture.py looks for it in the source.
"""

from __future__ import annotations

import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

CORE = f"{Path(__file__).resolve().parents[2] / 'engine' / 'core'}{os.sep}"

WATCHED = (
    "open", "os.", "socket.", "sqlite3.", "subprocess.", "shutil.", "tempfile.", "glob.", "_thread.",
)  # fmt: skip
CLOCKS = (
    "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time",
    "process_time_ns", "thread_time", "gmtime", "localtime", "sleep",
)  # fmt: skip
CHANCE = (
    "betavariate", "choice", "choices", "expovariate", "gauss", "getrandbits", "randbytes", "randint", "random",
    "randrange", "sample", "shuffle", "triangular", "uniform",
)  # fmt: skip
WRAPPED: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (time, CLOCKS),
    (random, CHANCE),
    (os, ("urandom", "getpid")),
    (uuid, ("uuid1", "uuid4")),
)

_watching = False


def _refuse_core(deed: str) -> None:
    """Fail the test if a function of the core is on the stack.

    `pytest.fail` raises what `except Exception` does not catch: a core that fails closed must not swallow it.
    A module of the core that is being imported is not yet the core at work.
    """
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(CORE) and code.co_name != "<module>":
            where = f"engine/core/{code.co_filename.removeprefix(CORE)}:{frame.f_lineno}, {code.co_name}()"
            pytest.fail(f"the core touched the world: {deed} under {where}")
        frame = frame.f_back  # type: ignore[assignment]


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _watching and event.startswith(WATCHED):
        _refuse_core(f"{event} {args[:1]}")


sys.addaudithook(_audit)  # A hook cannot be taken out again, hence the flag.


def _guarded(deed: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _refuse_core(deed)
        return function(*args, **kwargs)

    return guarded


@contextmanager
def _world_off() -> Iterator[None]:
    global _watching  # noqa: PLW0603  # an audit hook gets no argument to carry it
    with ExitStack() as wraps:
        for module, names in WRAPPED:
            for name in names:
                guarded = _guarded(f"{module.__name__}.{name}()", getattr(module, name))
                wraps.enter_context(mock.patch.object(module, name, guarded))
        _watching = True
        try:
            yield
        finally:
            _watching = False


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Iterator[None]:
    """Switch the world off round the test itself; fixtures and the report of a failure need it."""
    with _world_off():
        return (yield)
