"""What "now" and the business mean for reading words.

Relative words ("tomorrow", "at three") have no value of their own. Everything they lean on is in
one frozen value that the caller of the grammar passes in, so reading stays a pure function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, time

from engine.core.frozen import quick


@quick(frozen=True, slots=True)
class Clock:
    """The moment of speaking and the habits of the business that hears it."""

    now: datetime
    """Naive local time of the site."""
    opens: time = time(8)
    """Business hours decide a.m. or p.m. of a bare "at three"."""
    closes: time = time(18)
    """Inclusive: "at six" in a house that closes at 18:00 is 18:00."""
    prefer: str = "future"
    """"future" for wishes, "past" for birth dates and histories."""
    day_first: bool = True
    """Numeric 1/12 is the first of December; False reads January 12."""
    holidays: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    """Spoken name of a holiday -> its dates, any order."""

    @property
    def today(self) -> date:
        """The local calendar day of speaking."""
        return self.now.date()
