"""Telephone numbers in a caller's words, as a whole or in parts over several turns, in digits or in words.

Grammars find a number where one is asked for or announced. Here every number must be found, wherever it was
said, so that none stays where it should have been replaced.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.core.words import split_words

_UNITS = frozenset("123456789")
_LONG = 5
"""Digits from which a run of them is a number of somebody or something."""
_OWN = 8
"""Digits at the end of a telephone number that say whose it is."""
_SHORT = 3
"""Digits from which a text that is nothing but digits is known for a part of a number."""


def digits_of(said: str, words: Mapping[str, str]) -> str:
    """The digits of a text, written or spoken, in order; `words` are folded number words.

    "Forty one" is 41; `double` to `2x` repeats the next one.
    """
    out, again, tens = "", 1, False
    for word in split_words(said).folded:
        value = word if word.isdecimal() else words.get(word, "")
        if value.endswith("x"):
            again, tens = int(value[:-1]), False
            continue
        unit = value in _UNITS and not word.isdecimal()
        out = out[:-1] + value if tens and unit else out + value * again
        tens = not word.isdecimal() and len(value) == len("40") and value.endswith("0") and value > "10"
        again = again if not value else 1
    return out


def runs_of(text: str, words: Mapping[str, str], parts: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where digits and number words are a long number, or all of a text that is part of a known one."""
    found = split_words(text)
    places = [place for place, word in enumerate(found.folded) if word.isdecimal() or word in words]
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    for run in runs:
        start, end = found.starts[run[0]], found.ends[run[-1]]
        if len(digits_of(text[start:end], words)) >= _LONG or text in parts:
            yield start, end


def parts_of(texts: Sequence[str], words: Mapping[str, str], numbers: Sequence[str]) -> set[str]:
    """Texts that are nothing but part of a number that the call knows; of two digits only beside another."""
    digits = [
        digits_of(text, words)
        if all(word.isdecimal() or word in words for word in split_words(text).folded)
        else ""
        for text in texts
    ]
    known = [bool(item) and any(item in number[-_OWN:] for number in numbers) for item in digits]
    long = [is_part and len(item) >= _SHORT for is_part, item in zip(known, digits, strict=True)]
    sure = [is_long or len(item) >= _LONG for is_long, item in zip(long, digits, strict=True)]
    return {
        text
        for place, text in enumerate(texts)
        if long[place]
        or (known[place] and len(digits[place]) > 1 and any(sure[max(0, place - 1) : place + 2]))
    }
