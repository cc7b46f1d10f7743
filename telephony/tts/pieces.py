"""A sentence put together from pieces that were rendered before: which ones, and how they are joined. Pure.

Most of what changes from call to call is a date, a time, a service or somebody's name, and there are few of
them. A join costs melody, so as few as possible are made, and rather at a comma, where a speaker breathes.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import NamedTuple

MARKS = ",.:;!?…–"
LONGEST = 14
"""Words of a piece."""
MOST_LIVE = 0.6
"""A sentence of which more must be said live is said live as a whole."""
_LIVE, _LETTER, _JOIN, _BREATH = 12.0, 1.0, 2.0, 0.5
"""What a live stretch costs, each letter of it, a join inside a phrase and one at a comma."""
_GAPS = {",": 0.12, ":": 0.18, ";": 0.18, "–": 0.15, ".": 0.3, "!": 0.3, "?": 0.3, "…": 0.3}
_GAP_S = 0.02
_QUIET = 100
"""A sample below it is silence."""
_EDGE_S = 0.02


class Run(NamedTuple):
    """A stretch of a sentence."""

    ready: bool
    """There is a clip of it."""
    text: str
    """Its words with the mark behind them."""


def key(text: str) -> str:
    """A piece whatever its capitals and the mark behind it."""
    return " ".join(text.casefold().split()).strip(f"{MARKS} ")


def phrases(text: str) -> list[str]:
    """The stretches of a text between its marks."""
    words, found = text.split(), [[]]  # type: ignore[var-annotated]
    for word in words:
        found[-1].append(word)
        if word[-1] in MARKS:
            found.append([])
    return [" ".join(part) for part in found if part and key(" ".join(part))]


def cover(sentence: str, known: Callable[[str, bool], bool]) -> list[Run]:
    """The cheapest way to say a sentence; `known` tells of a piece, and whether it ends the sentence.

    Shortest path over the places between words, each reached by a clip or in a live stretch.
    """
    words = sentence.split()
    ways: list[dict[bool, _Way]] = [{True: _Way(cost=0.0, start=0, ready=True)}]
    for end in range(1, len(words) + 1):
        # A live stretch grows word by word, so that it is paid for once.
        grown = [
            _Way(way.cost + _LETTER * len(words[end - 1]) + (_LIVE + _JOIN if ready else 0.0), end - 1, ready)
            for ready, way in ways[end - 1].items()
        ]
        found = {False: min(grown)}
        clips = []
        for start in range(max(0, end - LONGEST), end):
            if known(key(" ".join(words[start:end])), end == len(words)):
                joined = 0.0 if start == 0 else _BREATH if words[start - 1][-1] in MARKS else _JOIN
                clips += [_Way(way.cost + joined, start, ready) for ready, way in ways[start].items()]
        if clips:
            found[True] = min(clips)
        ways.append(found)
    return _runs(words, ways)


class _Way(NamedTuple):
    """How a place in a sentence is reached."""

    cost: float
    start: int
    ready: bool
    """Whether a clip ends where this stretch begins."""


def _runs(words: list[str], ways: list[dict[bool, _Way]]) -> list[Run]:
    runs: list[Run] = []
    end = len(words)
    ready = min(ways[end], key=lambda kind: ways[end][kind])
    while end:
        way = ways[end][ready]
        text = " ".join(words[way.start : end])
        if runs and not ready and not runs[-1].ready:
            runs[-1] = runs[-1]._replace(text=f"{text} {runs[-1].text}")
        else:
            runs.append(Run(ready, text))
        end, ready = way.start, way.ready
    return runs[::-1]


def worth_it(runs: list[Run]) -> bool:
    """Whether a sentence is better put together than said in one breath."""
    live = sum(len(run.text) for run in runs if not run.ready)
    return live <= MOST_LIVE * sum(len(run.text) for run in runs)


def worded(text: str, *, final: bool) -> str:
    """What a voice is given for a piece, so that its melody goes on, or ends, as it will in the sentence."""
    bare = text.strip().rstrip(MARKS).rstrip()
    return f"{bare}." if final else f"{bare},"


def gap_s(text: str) -> float:
    """Silence behind a piece."""
    return _GAPS.get(text[-1:], _GAP_S)


def trimmed(pcm: bytes, rate: int) -> bytes:
    """A piece without the silence at its ends, its edges faded, so that it can be joined to another."""
    sound = array("h", pcm[: len(pcm) & ~1])
    edge = max(1, round(_EDGE_S * rate))
    first = next((place for place, value in enumerate(sound) if abs(value) > _QUIET), None)
    if first is None:
        return b""
    last = next(place for place in range(len(sound) - 1, -1, -1) if abs(sound[place]) > _QUIET)
    piece = sound[max(0, first - edge) : last + 1 + 2 * edge]
    for place in range(min(edge, len(piece) // 2)):
        piece[place] = piece[place] * place // edge
        piece[-1 - place] = piece[-1 - place] * place // edge
    return piece.tobytes()
