"""How long the list of calls takes with very many of them: `python -m tests.bench.console_list [CALLS]`."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from starlette.testclient import TestClient

from engine.archive.store import Archive
from engine.calls import Desk
from engine.console.accounts import Accounts
from engine.console.app import create_app
from engine.console.hub import Hub

QUERIES: tuple[dict[str, str], ...] = (
    {}, {"outcome": "done"}, {"rule": "rule-7"}, {"flag": "emergency"}, {"level": "L1"}, {"language": "lt"},
    {"since": "2026-06-01", "until": "2026-06-30"}, {"text": "call-0099"}, {"text": "nothing like this"},
    {"outcome": "abandoned", "rule": "rule-3"}, {"slot": "slot-3"}, {"slow": "4"}, {"left": "slot-2", "outcome": "abandoned"},
)  # fmt: skip
YEAR_S = 365 * 86_400


def fill(archive: Archive, count: int) -> None:
    """Rows of an index as calls of a year would leave them; lists read no tape."""
    draw = random.Random(7)  # noqa: S311 - the same rows each time
    began = 1_764_000_000.0
    calls, marks = [], []
    for number in range(count):
        at = began + YEAR_S * number / count
        outcome = draw.choices(("done", "answered", "transferred", "abandoned"), (40, 30, 20, 10))[0]
        level = draw.choices(("L4", "L2", "L1"), (94, 4, 2))[0]
        name = f"call-{number:06}"
        calls.append(
            (name, "bench", f"v{number * 9 // count}", at, time.strftime("%Y-%m-%d", time.gmtime(at)), 90.0,
             draw.choice(("en", "lt")), outcome, "person" if outcome == "transferred" else "", "", level, 8, 60, 0, 1,
             0, "[400,600]", f"{draw.randrange(count // 3):024}", "", "health personal")
        )  # fmt: skip
        marks.append(("rule", f"rule-{draw.randrange(25)}", name, 1))
        marks += [("flag", "emergency", name, 1)] if level == "L1" else []
        marks.append(("task", f"task-{draw.randrange(6)}", name, 1))
        marks += [("slot", f"slot-{slot}", name, 1) for slot in draw.sample(range(8), 4)]
        marks += [("left", f"slot-{draw.randrange(8)}", name, 1)] if outcome == "abandoned" else []
        marks += [("slow", "4", name, 4_200)] if draw.random() < 0.01 else []
    with archive.file.writing(durable=True) as db:
        db.executemany(f"INSERT INTO calls VALUES ({', '.join('?' * 20)})", calls)  # noqa: S608 - question marks
        db.executemany("INSERT INTO marks VALUES (?, ?, ?, ?)", marks)


def main() -> None:
    """Print the median and the worst of each query, for the whole page as a client gets it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "bench.db")
        desk = Desk.open("gedimino", database)
        archive = desk.keep_tapes(database)
        fill(archive, count)
        accounts = Accounts(archive.file)
        accounts.add("bench", "long enough it is", "reviewer")
        hub = Hub(desk, archive, accounts, site="gedimino", clock=desk.clock("2026-11-23T09:15"))
        with TestClient(create_app(hub)) as client:
            client.post("/sign-in", data={"name": "bench", "password": "long enough it is"})
            print(f"{count} calls, ms for a page (median, worst of 7)")
            for query in QUERIES:
                taken = []
                for _ in range(7):
                    start = time.perf_counter()
                    answer = client.get(f"/calls?{urlencode(query)}")
                    taken.append((time.perf_counter() - start) * 1000)
                    assert answer.status_code == 200
                taken.sort()
                print(f"{taken[3]:8.1f} {taken[-1]:8.1f}  {query or 'all'}")


if __name__ == "__main__":
    main()
