"""The pieces that a site's sentences are made of: the words around its gaps, and what goes into them.

Nothing here knows a language: values are worded by the pack's own filters, and the small words between them
are found by wording a few of them together and looking at what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from engine.core.errors import ConditionError
from engine.core.filters import FILTERS
from telephony.tts import pieces
from telephony.tts.clips import sentences

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.core.reply import Template
    from engine.core.view import View

_GAP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_FILTER = re.compile(r"\|\s*(\w+)")
_DAYS, _TIMES, _SERVICES, _PROVIDERS = "days", "times", "services", "providers"
_IN: dict[str, tuple[str, ...]] = {
    "when": (_DAYS, _TIMES),
    "day": (_DAYS,),
    "time": (_TIMES,),
    "options": (_DAYS, _TIMES, _PROVIDERS),
    "services": (_SERVICES, _DAYS, _TIMES),
    "readings": (_DAYS, _TIMES, _SERVICES, _PROVIDERS),
    "service": (_SERVICES,),
    "provider": (_PROVIDERS,),
    "price": ("prices",),
    "length": ("lengths",),
}
"""What each filter may say. People's names and birth dates are never rendered ahead, and a number of digits
is said in one breath or not understood: single digits put together were misheard."""


class Pieces:
    """The pieces of one language of a site."""

    def __init__(self, domain: Domain, view: View, now: datetime) -> None:
        self._domain, self._view, self._now = domain, view, now
        self._spoken = domain.spoken[view.state.language]
        self.values = self._values()

    def of(self, template: Template) -> Iterator[str]:
        """The pieces that the sentences of a template may be made of."""
        filters = set(_FILTER.findall(template.text))
        for kind in {kind for name in filters for kind in _IN.get(name, ())}:
            yield from self.values[kind]
        if filters & _IN.keys():
            yield from self.values["between"]
        for sentence in sentences(template.text) if _GAP.search(template.text) else ():
            for literal in _GAP.split(sentence):
                yield from pieces.phrases(literal)
                if pieces.key(literal):
                    yield " ".join(literal.split())

    # --- what goes into the gaps

    def _values(self) -> dict[str, list[str]]:
        catalogue = self._domain.catalogue
        offerings, providers = list(catalogue.offerings), list(catalogue.providers)
        found = {
            _DAYS: self._days(),
            _TIMES: self._times(),
            _SERVICES: self._all("service", offerings),
            _PROVIDERS: self._all("provider", providers),
            "prices": self._all("price", offerings),
            "lengths": self._all("length", offerings),
        }
        found["between"] = self._between({pieces.key(item) for items in found.values() for item in items})
        return {kind: list(dict.fromkeys(items)) for kind, items in found.items()}

    def _all(self, name: str, ids: list[str]) -> list[str]:
        words = []
        for item in ids:
            try:
                words.append(str(FILTERS[name](self._view, item)))
            except (ValueError, KeyError, ConditionError):
                continue  # a service without a price has nothing to be said
        return words

    def _days(self) -> list[str]:
        today = self._now.date()
        ahead = range(self._domain.catalogue.rules.book_to_days + 1)
        days = [self._spoken.day(today + timedelta(days=number), today) for number in ahead]
        bare = [self._spoken.day(today + timedelta(days=number)) for number in ahead]
        return [phrase for day in (*days, *bare) for phrase in pieces.phrases(day)]

    def _times(self) -> list[str]:
        """Times within the opening hours, alone and as they follow a day."""
        spans = [span for spans in self._domain.catalogue.hours.values() for span in spans]
        if not spans:
            return []
        first, last = min(span[0] for span in spans), max(span[1] for span in spans)
        day = self._now.date()
        before = {pieces.key(phrase) for phrase in pieces.phrases(self._spoken.day(day))}
        words = []
        for moment in _moments(first, last, self._domain.catalogue.rules.step_minutes):
            words.append(self._spoken.clock(moment))
            behind = pieces.phrases(self._spoken.when(datetime.combine(day, moment)))
            words += [phrase for phrase in behind if pieces.key(phrase) not in before]
        return words

    def _between(self, known: set[str]) -> list[str]:
        """The small words that stand between values: what is left of samples without the values."""
        catalogue, spoken = self._domain.catalogue, self._spoken
        day = datetime.combine(self._now.date() + timedelta(days=3), time(10))
        who = self._all("provider", list(catalogue.providers))[:2] or [""]
        first, other = who[0], who[-1]
        later, next_day = day + timedelta(hours=1), day + timedelta(days=1)
        samples = [
            spoken.options([(day, first), (later, other)]),
            spoken.options([(day, first), (later, first)]),
            spoken.options([(day, first), (next_day, other)]),
            spoken.options([(day, first), (next_day, first)]),
            spoken.join([spoken.when(day), spoken.when(next_day)], "or"),
            spoken.join([spoken.when(day), spoken.when(next_day)], "and"),
            spoken.day(self._now.date(), self._now.date()),
        ]
        found = []
        for sample in samples:
            runs = pieces.cover(sample, lambda key, _final: key in known)
            found += [phrase for run in runs if not run.ready for phrase in pieces.phrases(run.text)]
        names = self._all("provider", list(catalogue.providers))
        # A small word and the name behind it are one breath.
        return [*found, *(f"{word} {name}" for word in dict.fromkeys(found) for name in names)]


def _moments(first: time, last: time, step_min: int) -> Iterator[time]:
    for minute in range(first.hour * 60 + first.minute, last.hour * 60 + last.minute + 1, step_min):
        if minute < 24 * 60:
            yield time(minute // 60, minute % 60)
