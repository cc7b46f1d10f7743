"""One of many processes that call at once; run by test_concurrency.py, which may kill it at any moment.

Arguments: path of the book, seed, seconds to go on, start of the simulated clock, its factor.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime, timedelta

from engine.booking.localtime import epoch
from engine.booking.opening import Claim
from engine.booking.sqlite import SqliteStore
from engine.booking.store import CommitOutcome, Draft, HoldOutcome

TTL_S = 60
MORNING = datetime(2026, 11, 24, 6, tzinfo=UTC)


def some_draft(dice: random.Random) -> Draft:
    start = MORNING + timedelta(minutes=5 * dice.randrange(200))
    provider, room = dice.choice("abc"), dice.choice("123")
    begins = epoch(start)
    length = dice.choice([20, 30, 45]) * 60
    claims = (
        Claim(f"provider:{provider}", begins, begins + length),
        Claim(f"room:{room}", begins, begins + length + 300),
    )
    end = start + timedelta(seconds=length)
    return Draft("p01", "visit", provider, room, start, end, claims, "UTC")


class Caller:
    """Makes calls that hold, dawdle, commit, retry, hang up or forget to."""

    def __init__(self, path: str, seed: int, born: float, factor: float) -> None:
        self.store = SqliteStore(path, wait_s=8)
        self.dice = random.Random(seed)  # noqa: S311 - dice of a test, the seed is their point
        self.name = f"caller{seed}"
        self.born, self.factor = born, factor

    def now(self) -> datetime:
        return MORNING - timedelta(days=1) + timedelta(seconds=(time.time() - self.born) * self.factor)

    def call(self, number: int) -> None:
        call_id = f"{self.name}-{number}"
        draft = some_draft(self.dice)
        held = self.store.hold(call_id, draft.claims, TTL_S, key=f"{call_id}-hold", now=self.now())
        if held.outcome is not HoldOutcome.HELD:
            return
        if self.dice.random() < 0.3:
            self.store.renew(held.id, call_id, now=self.now())
        if self.dice.random() < 0.2:
            time.sleep(self.dice.choice([0.2, 1.2]) * TTL_S / self.factor)
        ending = self.dice.random()
        if ending < 0.5:
            self.commit(held.id, call_id, draft)
        elif ending < 0.8:
            self.store.release_call(call_id)
        # Otherwise the line is dead and nobody gives the hold back.

    def commit(self, hold_id: str, call_id: str, draft: Draft) -> None:
        key = f"{call_id}-commit"
        first = self.store.commit(hold_id, call_id, draft, key=key, now=self.now())
        for _ in range(self.dice.randrange(3)):
            again = self.store.commit(hold_id, call_id, draft, key=key, now=self.now())
            if first.outcome is not CommitOutcome.UNKNOWN and again.outcome is not CommitOutcome.UNKNOWN:
                assert again.outcome is first.outcome, "a retry was answered otherwise"
        if first.outcome is CommitOutcome.COMMITTED:
            print(key, flush=True)  # noqa: T201 - the answer to the test that runs it
            if self.dice.random() < 0.6:  # so that there is room again
                assert first.appointment is not None
                self.store.cancel(first.appointment.id, key=f"{call_id}-cancel", now=self.now())


def main() -> None:
    path, seed, seconds, born, factor = sys.argv[1:]
    caller = Caller(path, int(seed), float(born), float(factor))
    number, end = 0, float(born) + float(seconds)
    while time.time() < end:
        caller.call(number)
        number += 1
    caller.store.close()


if __name__ == "__main__":
    main()
