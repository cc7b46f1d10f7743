"""What the words of a turn say about whether it is over: a language's habits, read from its tables. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.words import split_words

_GOES_ON = frozenset({*(str(tens) for tens in range(20, 100, 10)), "18", "19"})
"""Values of words after which a year, or a number, may go on."""
_ENOUGH_DIGITS = 7
"""A run this long may be a whole telephone number; a shorter one of three or more is the beginning of one."""
_A_RUN = 3


@dataclass(frozen=True, slots=True)
class Manners:
    """How people speak this language on the telephone."""

    backchannels: frozenset[str] = frozenset()
    """Folded words that say "I am listening": alone they take no turn while we speak."""
    hesitations: frozenset[str] = frozenset()
    """Folded sounds that are no words."""
    leading: frozenset[str] = frozenset()
    """Folded words after which more follows: articles, prepositions, conjunctions."""
    digits: Mapping[str, str] = field(default_factory=dict)
    """Folded words for digits: `four` to `4`, `forty` to `40`, `double` to `2x`."""
    sounds: Mapping[str, str] = field(default_factory=dict)
    """Words that a digit is misheard as, to the word for it; only where digits are asked for."""
    moment: str = ""
    """What is said while something takes long."""

    @classmethod
    def of(cls, tables: Mapping[str, Any], digits: Mapping[str, str]) -> Manners:
        """The manners of a language, from its tables; one without any gets none."""
        turns = tables.get("turns", {})
        return cls(
            _folded(turns.get("backchannels", ())),
            _folded(turns.get("hesitations", ())),
            _folded(turns.get("leading", ())),
            digits,
            {str(word): digit for digit, words in turns.get("sounds", {}).items() for word in words},
            str(turns.get("moment", "")),
        )

    def is_backchannel(self, text: str) -> bool:
        """Whether somebody says no more than that they listen."""
        words = split_words(text).folded
        return bool(words) and all(word in self.backchannels or word in self.hesitations for word in words)

    def says_something(self, text: str) -> bool:
        """Whether there is any word in it that is not a hesitation."""
        return any(word not in self.hesitations for word in split_words(text).folded)

    def breaks_off(self, text: str) -> bool:
        """Whether the words stop where nobody stops: after "on the", after "um", inside a number."""
        words = split_words(text).folded
        if not words:
            return False
        return self.hangs(text) or self._inside_number(words)

    def hangs(self, text: str) -> bool:
        """Whether the last word asks for another: "on the", "I'd like to book", "um"."""
        last = split_words(text).folded[-1:]
        return (
            bool(last) and not text.endswith("?") and (last[0] in self.leading or last[0] in self.hesitations)
        )

    def may_go_on(self, text: str) -> bool:
        """Whether a number at the end could be longer: "nineteen eighty" may go on with "four"."""
        words = split_words(text).folded
        return bool(words) and self.digits.get(words[-1], "") in _GOES_ON

    def _inside_number(self, words: tuple[str, ...]) -> bool:
        """Whether the words end in a run of digits too short to be a number that is told digit by digit."""
        count, digits = 0, 0
        for word in reversed(words):
            value = word if word.isdecimal() else self.digits.get(word, "")
            if not value or (len(value) > 1 and not word.isdecimal()):
                break
            count += 1
            digits += len(value)
        return (count >= _A_RUN or (digits >= _A_RUN and count > 1)) and digits < _ENOUGH_DIGITS


def _folded(phrases: Any) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in split_words(str(phrase)).folded)
