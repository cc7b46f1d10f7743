"""The guard of conftest.py bites: code that stands in engine/core cannot reach the world, code elsewhere can."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

CORE = Path(__file__).resolve().parents[2] / "engine" / "core"

DEEDS = {
    "a file": "open('/dev/null').close()",
    "a folder": "import os; os.listdir('.')",
    "a path": "from pathlib import Path; Path('/dev/null').read_bytes()",
    "a socket": "import socket; socket.socket().close()",
    "a process": "import subprocess; subprocess.run(['true'])",
    "a database": "import sqlite3; sqlite3.connect(':memory:').close()",
    "the clock": "import time; time.time()",
    "a stopwatch": "import time; time.monotonic()",
    "sleep": "import time; time.sleep(0)",
    "chance": "import random; random.random()",
    "the system's chance": "import os; os.urandom(1)",
    "a fresh name": "import uuid; uuid.uuid4()",
}


def function_standing_in(folder: Path, body: str) -> Any:
    namespace: dict[str, Any] = {}
    exec(compile(f"def deed():\n    {body}\n", str(folder / "planted.py"), "exec"), namespace)  # noqa: S102
    return namespace["deed"]


@pytest.mark.parametrize("body", DEEDS.values(), ids=DEEDS.keys())
def test_the_core_cannot_reach(body):
    with pytest.raises(
        pytest.fail.Exception, match=r"the core touched the world: .* under engine/core/planted.py"
    ):
        function_standing_in(CORE, body)()


@pytest.mark.parametrize("body", DEEDS.values(), ids=DEEDS.keys())
def test_others_can_reach(body):
    function_standing_in(CORE.parent / "elsewhere", body)()


def test_failing_closed_does_not_hide_it():
    swallowing = "try: open('/dev/null')\n    except Exception: pass"
    with pytest.raises(pytest.fail.Exception):
        function_standing_in(CORE, swallowing)()


def test_what_the_core_has_others_do_counts_as_its_own():
    namespace = {"helper": function_standing_in(CORE.parent / "elsewhere", "import time; time.time()")}
    exec(compile("def deed():\n    helper()\n", str(CORE / "planted.py"), "exec"), namespace)  # noqa: S102
    with pytest.raises(
        pytest.fail.Exception, match=r"time\.time\(\) under engine/core/planted\.py:2, deed\(\)"
    ):
        namespace["deed"]()


@given(st.integers())
def test_hypothesis_works_under_the_guard(number):
    assert time.time() > 0
    assert number == int(str(number))
