"""Values as people say them: dates, times, numbers, amounts, telephone numbers, by tables alone.

Everything a language says differently lives in the `speech` section of its tables, so this module
knows no language. What it returns can be spoken as it stands: it never contains a digit, because
speech services read "1/12" and "15:30" each in a way of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from engine.core.frozen import quick

_PLACEHOLDER = re.compile(r"\{([a-z_.]+)(\+1)?\}")
_HOURS = 24
_REMEMBERED = 2000
"""Most days, and times of day, whose words a language keeps."""
_LARGEST = 9999
"""Larger numbers are said digit by digit."""
_BREATH = 3
"""Digits said in one breath when the table has no grouping for a number of that length."""


class Spoken:
    """What one language says for a value; its tables are read once, when the pack loads."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        if "speech" not in tables:
            message = "tables: section 'speech' is missing; nothing can be said without it"
            raise ValueError(message)
        speech: Mapping[str, Any] = tables["speech"]
        self._speech = speech
        self._known_days: dict[date, str] = {}
        self._known_clocks: dict[time, str] = {}
        """What was said before: the days and times that a site offers are few, and said again and again."""
        self._numbers = {form: _Numbers.read(speech["numbers"], form) for form in speech["numbers"]}
        self._plural = tuple(_Rule.read(str(form), rule) for form, rule in speech["plural"].items())
        self._years = tuple(_Rule.read(rule["say"], rule) for rule in speech["years"])
        self._clock = tuple(
            _ClockRule.read(rule, speech["clock"]["minutes"]) for rule in speech["clock"]["rules"]
        )

    def weekday(self, day: date, form: str = "on") -> str:
        """Return the weekday in one of the forms of the table."""
        return str(self._speech["weekdays"][form][day.weekday()])

    def day(self, day: date, today: date | None = None) -> str:
        """Return weekday and date, never one alone: where the two disagree, the caller notices."""
        words = self._known_days.get(day)
        if words is None:
            words = self._of_date("day", day)
            if len(self._known_days) < _REMEMBERED:
                self._known_days[day] = words
        if today is None:
            return words
        ahead = self._speech["relative"].get(str((day - today).days))
        return words if ahead is None else str(ahead).replace("{day}", words)

    def clock(self, moment: time) -> str:
        """Return a time of day as it is said, casual only where that cannot be misheard."""
        known = self._known_clocks.get(moment)
        if known is not None:
            return known
        rule = next(rule for rule in self._clock if rule.holds(moment))
        template = rule.minutes.get(str(moment.minute)) or rule.minutes["other"]
        hours: Mapping[str, Sequence[str]] = self._speech["clock"]["hours"]

        def word(name: str, ahead: int) -> str:
            if name == "minute":
                return self.counted(moment.minute, "minute")
            if name == "number":
                return self.number(moment.minute)
            return str(hours[name][(moment.hour + ahead) % _HOURS])

        words = rule.wrap.replace("{time}", _filled(template, word))
        if len(self._known_clocks) < _REMEMBERED:
            self._known_clocks[moment] = words
        return words

    def when(self, moment: datetime, today: date | None = None) -> str:
        """Return weekday, date and time."""
        return self._when(self.day(moment.date(), today), [self._at(moment)])

    def options(self, openings: Sequence[tuple[datetime, str]], today: date | None = None) -> str:
        """Return offered times with who gives them; what they share, a day or a person, is said once."""
        days = {start.date() for start, _ in openings}
        shared = len({provider for _, provider in openings}) == 1
        whos = ["" if shared else provider for _, provider in openings]
        if len(days) == 1:
            times = [self._with(self._at(start), who) for (start, _), who in zip(openings, whos, strict=True)]
            words = self._when(self.day(days.pop(), today), times)
        else:
            words = self.join(
                [
                    self._with(self.when(start, today), who)
                    for (start, _), who in zip(openings, whos, strict=True)
                ],
                "or",
            )
        return (
            self._with(words, openings[0][1], "shared" if len(openings) > 1 else "with") if shared else words
        )

    def wish(self, wish: Mapping[str, Any], today: date | None = None) -> str:
        """Return a wish, given in the form that slots hold, so that one reading can be told from another."""
        if wish.get("either"):
            return self.join([self.wish(part, today) for part in wish["either"]], "or")
        moments = wish.get("exact") or ()
        days = [
            self._days(first, beyond, today)
            for first, beyond in wish.get("days") or ()
            if not any(first <= moment < beyond for moment in moments)  # a moment says its day itself
        ]
        times = [self._times(first, last) for first, last in wish.get("times") or ()]
        if wish.get("around"):
            times.append(
                str(self._speech["spans"]["around"]).replace("{time}", self._at_clock(wish["around"]))
            )
        parts = [self.join(choice, "or") for choice in (days, times) if choice]
        parts += [self.join([self.when(datetime.fromisoformat(moment), today) for moment in moments], "or")]
        return ", ".join(part for part in parts if part) or str(self._speech["spans"]["any"])

    def number(self, value: int, form: str = "cardinal") -> str:
        """Return a whole number in words."""
        if not 0 <= value <= _LARGEST:
            return self.digits(str(value))
        return self._numbers[form].words(value)

    def counted(self, value: int, noun: str) -> str:
        """Return a number with its noun, the two in agreement."""
        forms = self._speech["units"][noun]
        agreeing = next(rule.say for rule in self._plural if rule.holds(value))
        return f"{self.number(value, forms.get('number', 'cardinal'))} {forms[agreeing]}"

    def money(self, value: int, currency: str = "EUR") -> str:
        """Return an amount of whole units of a currency."""
        return self.counted(value, currency)

    def duration(self, minutes: int) -> str:
        """Return a length of time."""
        usual = self._speech["durations"].get(str(minutes))
        if usual is not None:
            return str(usual)
        hours, rest = divmod(minutes, 60)
        parts = [self.counted(amount, unit) for amount, unit in ((hours, "hour"), (rest, "minute")) if amount]
        return self.join(parts or [self.counted(0, "minute")], "and")

    def digits(self, number: str) -> str:
        """Return a number digit by digit, in groups with a pause between them."""
        phone = self._speech["phone"]
        kept = "".join(char for char in number if char.isdecimal())
        abroad = number.lstrip().startswith("+")
        if abroad and kept.startswith(phone["home"]) and kept != phone["home"]:
            kept, abroad = kept.removeprefix(phone["home"]), False
        grouping = None if abroad else phone["groups"].get(str(len(kept)))
        sizes = [int(size) for size in grouping.split("-")] if grouping else _breaths(len(kept))
        names = iter([str(phone["digits"][int(digit)]) for digit in kept])
        words = ", ".join(" ".join(next(names) for _ in range(size)) for size in sizes)
        return f"{phone['plus']} {words}" if abroad else words

    def date_of_birth(self, born: date) -> str:
        """Return a date with its year."""
        return self._of_date("birth", born)

    def join(self, items: Iterable[str], link: str = "and") -> str:
        """Join with "and" or "or"; items that hold commas themselves get the longer joint."""
        *firsts, last = list(items) or [""]
        if not firsts:
            return last
        forms = self._speech["join"][link]
        joint = forms["long"] if any("," in item for item in (*firsts, last)) else forms["short"]
        return f"{', '.join(firsts)}{joint}{last}"

    def _at(self, moment: datetime) -> str:
        clock = self.clock(moment.time())
        return str(self._speech["at"]).replace("{time}", clock)

    def _when(self, day: str, times: Sequence[str]) -> str:
        return str(self._speech["when"]).replace("{day}", day).replace("{time}", self.join(times, "or"))

    def _with(self, words: str, provider: str, form: str = "with") -> str:
        if not provider:
            return words
        return str(self._speech[form]).replace("{words}", words).replace("{provider}", provider)

    def _at_clock(self, clock: str | None) -> str:
        return self.clock(time.fromisoformat(clock)) if clock else ""

    def _times(self, first: str | None, last: str | None) -> str:
        """Return a stretch of the day; a single minute is the time itself."""
        if first and last and _minute_of(last) == _minute_of(first) + 1:
            return str(self._speech["at"]).replace("{time}", self._at_clock(first))
        return self._span("times", self._at_clock(first), self._at_clock(last))

    def _days(self, first: str | None, beyond: str | None, today: date | None) -> str:
        """Return a stretch of days; the bound is the first day that no longer belongs to it."""
        last = date.fromisoformat(beyond) - timedelta(days=1) if beyond else None
        begin = date.fromisoformat(first) if first else None
        if begin and begin == last:
            return self.day(begin, today)
        return self._span(
            "days", self.day(begin, today) if begin else "", self.day(last, today) if last else ""
        )

    def _span(self, kind: str, first: str, last: str) -> str:
        form = "between" if first and last else "from" if first else "until"
        return str(self._speech["spans"][kind][form]).replace("{first}", first).replace("{last}", last)

    def _of_date(self, template: str, day: date) -> str:
        places = {"weekday": day.weekday(), "month": day.month - 1, "ordinal": day.day - 1}

        def word(name: str, _: int) -> str:
            if name == "year":
                return self._year(day.year)
            table, form = name.split(".")
            return str(self._speech[f"{table}s"][form][places[table]])

        return _filled(self._speech[template], word)

    def _year(self, year: int) -> str:
        rule = next(rule for rule in self._years if rule.holds(year))
        parts = {"high": year // 100, "rest": year % 100, "hundreds": year - year % 100, "year": year}

        def word(name: str, _: int) -> str:
            part, _dot, form = name.partition(".")
            return self.number(parts[part], form or "cardinal")

        return _filled(rule.say, word)


@quick(frozen=True, slots=True)
class _Rule:
    """Something said for the numbers it holds for, judged whole and by their last two digits."""

    say: str
    whole: tuple[range, ...]
    ends: tuple[range, ...]

    @classmethod
    def read(cls, say: str, rule: Mapping[str, str]) -> Self:
        return cls(say, _ranges(rule.get("is")), _ranges(rule.get("ends")))

    def holds(self, value: int) -> bool:
        last_two = value % 100
        if self.whole and not any(value in span for span in self.whole):
            return False
        return not self.ends or any(last_two in span for span in self.ends)


@quick(frozen=True, slots=True)
class _ClockRule:
    """How the times of one stretch of the day are said."""

    first: time
    last: time
    minutes: Mapping[str, str]
    wrap: str

    @classmethod
    def read(cls, rule: Mapping[str, Any], minutes: Mapping[str, str]) -> Self:
        first, last = (time.fromisoformat(bound) for bound in (rule["from"], rule["to"]))
        return cls(first, last, {**minutes, **rule.get("minutes", {})}, rule.get("wrap", "{time}"))

    def holds(self, moment: time) -> bool:
        return self.first <= moment.replace(second=0, microsecond=0, tzinfo=None) <= self.last


@quick(frozen=True, slots=True)
class _Numbers:
    """The words of 0 to 9999 in one form, such as feminine, which names only what it has of its own."""

    units: Sequence[str]
    tens: Sequence[str]
    round_tens: Sequence[str]
    hundreds: Sequence[str]
    thousands: Sequence[str]
    exact: Mapping[str, str]
    compound: str
    small_joint: str
    joint: str

    @classmethod
    def read(cls, forms: Mapping[str, Any], form: str) -> Self:
        table = {**forms["cardinal"], **forms[form]}
        return cls(
            table["units"],
            table["tens"],
            table.get("round_tens", table["tens"]),
            table["hundreds"],
            table["thousands"],
            table.get("exact", {}),
            table["compound"],
            table["small_joint"],
            table["joint"],
        )

    def words(self, value: int) -> str:
        if str(value) in self.exact:
            return self.exact[str(value)]
        if value < len(self.units):
            return self.units[value]
        if value < 100:
            tens, unit = divmod(value, 10)
            if not unit:
                return self.round_tens[tens - 2]
            return self.compound.replace("{tens}", self.tens[tens - 2]).replace("{unit}", self.units[unit])
        size, names = (1000, self.thousands) if value >= 1000 else (100, self.hundreds)
        high, rest = divmod(value, size)
        if not rest:
            return names[high - 1]
        return f"{names[high - 1]}{self.small_joint if rest < 100 else self.joint}{self.words(rest)}"


def _minute_of(clock: str) -> int:
    at = time.fromisoformat(clock)
    return at.hour * 60 + at.minute


def _filled(template: str, word: Callable[[str, int], str]) -> str:
    """Replace `{name}` by its word; `{name+1}` asks for that of the next hour."""
    return _PLACEHOLDER.sub(lambda match: word(match[1], 1 if match[2] else 0), template)


def _ranges(text: str | None) -> tuple[range, ...]:
    """Read "1, 21-29" as the ranges it names."""
    spans = []
    for part in (text or "").split(","):
        if part.strip():
            first, _, last = part.partition("-")
            spans.append(range(int(first), int(last or first) + 1))
    return tuple(spans)


def _breaths(length: int) -> list[int]:
    """Split a number of digits into groups that can be said in one breath, none of them a single digit."""
    if length <= _BREATH + 1:
        return [length]
    return [_BREATH, *_breaths(length - _BREATH)]
