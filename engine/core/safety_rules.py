"""The tables of the safety screen, compiled from a pack's plain data.

Signs are phrases; a rule asks for signs near each other and gives a level or a signal; suppressors take
a sign back when they stand in its clause. Everything medical is in the data, which reviewers sign;
nothing here knows a sign. All problems of a table are reported at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from engine.core.misheard import build_speller
from engine.core.phrases import BadPhraseError, Element, Phrase, PhraseCompiler, PhraseIndex, build_index
from engine.core.resemblance import Resemblance
from engine.core.resemblance_training import train
from engine.core.safety_table import COLLISION, Level, Likened, Patterns, Rule, Suppressor
from engine.core.words import fold_word

_FUZZY_LENGTH = 6
"""Letters that a word needs to be recognised with one of them wrong."""
_WITHIN = 12
_HUNDREDTHS = 100
"""In which the least resemblance is written, so that a table has whole numbers only."""
_REACH = 2
_PLACES = ("before", "after", "clause", "anywhere")
_SECTIONS = (
    "language", "version", "approved_by", "fillers", "clause_words", "numbers", "lists", "collisions",
    "confusions", "misheard", "ordinary", "suppressors", "always_unless", "signs", "points", "rules",
    "examples", "where",
)  # fmt: skip
_EXAMPLE_KEYS = ("id", "why", "within", "least", "check", "if_yes", "urgent", "calm", "where")
_RULE_KEYS = (
    "id", "why", "level", "signal", "all", "least", "within", "unless", "despite", "check", "if_yes", "alone",
    "where",
)  # fmt: skip
_SUPPRESSOR_KEYS = ("why", *_PLACES, "reach", "not_after", "not_before", "joined_by", "where")


class PatternError(ValueError):
    """A table that cannot be used; `problems` names everything that is wrong, not only the first."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


Trainer = Callable[[Sequence[str], Sequence[str], int], Resemblance]
"""Learns from examples of emergencies and calm ones, and how many words are looked at together."""


def compile_patterns(data: Mapping[str, Any], learn: Trainer = train) -> Patterns:
    """Compile a table; raise `PatternError` with every problem found.

    Learning takes a second or so, so whoever compiles may `learn` by a function that remembers.
    """
    reader = _Reader(data)
    signs = reader.phrases("signs", data.get("signs") or {})
    suppressors = reader.suppressors()
    others = [
        *reader.phrases("collisions", {COLLISION: data.get("collisions") or []}),
        *reader.phrases("suppressors", reader.placed_phrases()),
    ]
    rules = reader.rules(suppressors)
    points = reader.points()
    likened = reader.likened(learn)
    index = build_index(signs, reader.numbers)
    speller = build_speller(reader.misheard(index))
    if reader.problems:
        raise PatternError(reader.problems)
    return Patterns(
        signs=index,
        speller=speller,
        ordinary=frozenset(word for word in reader.words("ordinary") if not word.endswith("*")),
        ordinary_stems=tuple(word[:-1] for word in sorted(reader.words("ordinary")) if word.endswith("*")),
        dropped=reader.words("fillers"),
        replaced={fold_word(k): fold_word(str(v)) for k, v in (data.get("confusions") or {}).items()},
        clause_words=reader.words("clause_words"),
        others=build_index(others, reader.numbers),
        suppressors=suppressors,
        farthest=max((part.reach for part in suppressors.values()), default=0),
        joining=frozenset().union(*(part.joined_by for part in suppressors.values())),
        rules={sign: tuple(r for r in rules if sign in frozenset().union(*r.all)) for sign in reader.signs},
        numbers=reader.numbers,
        points=points,
        likened=likened,
    )


class _Reader:
    """Reads the parts of one table and collects what is wrong with them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.problems: list[str] = []
        self._compiler = PhraseCompiler(data.get("lists") or {})
        self._fillers = self.words("fillers")
        self.signs = frozenset(data.get("signs") or {})
        self.numbers: dict[str, int] = {}
        self._unknown_keys("the table", data, _SECTIONS)
        for word, value in (data.get("numbers") or {}).items():
            if str(value).isdecimal():
                self.numbers[fold_word(word)] = int(value)
            else:
                self.problems.append(f"numbers: '{word}' is '{value}', which is no number")

    def words(self, section: str) -> frozenset[str]:
        """Read a plain list of words."""
        return frozenset(fold_word(word) for word in self.data.get(section) or ())

    def phrases(self, section: str, named: Mapping[str, Sequence[str]]) -> list[Phrase]:
        """Compile the phrases of every name of a section."""
        compiled: list[Phrase] = []
        for name, texts in named.items():
            if isinstance(texts, str) or not isinstance(texts, Sequence):
                self.problems.append(f"{section}: {name}: must be a list of phrases")
                continue
            for text in texts:
                try:
                    compiled += self._heard(self._compiler.compile(name, str(text)), str(text))
                except BadPhraseError as problem:
                    self.problems.append(f"{section}: {name}: {problem}")
        return compiled

    def _heard(self, phrases: list[Phrase], text: str) -> list[Phrase]:
        """Leave out rows that need a filler: fillers are gone before anything is looked for."""
        kept = [phrase for phrase in phrases if not any(map(self._is_filler, phrase.elements))]
        if not kept:
            message = f"phrase '{text}' can never be found: it needs a filler"
            raise BadPhraseError(message)
        return kept

    def _is_filler(self, element: Element) -> bool:
        return bool(element.words) and element.words <= self._fillers and not element.stems

    def misheard(self, signs: PhraseIndex) -> frozenset[str]:
        """Read the words that are also found with a letter wrong; short ones would be found everywhere."""
        words = self.words("misheard")
        for word in sorted(words):
            bare = word.removesuffix("*")
            if len(bare) < _FUZZY_LENGTH:
                self.problems.append(f"misheard: '{word}' is shorter than {_FUZZY_LENGTH} letters")
            elif signs.hanging_on(bare) is None:
                self.problems.append(f"misheard: '{word}' is in no sign")
        return words

    def suppressors(self) -> dict[str, Suppressor]:
        """Read what takes signs back."""
        found: dict[str, Suppressor] = {}
        for name, raw in (self.data.get("suppressors") or {}).items():
            self._unknown_keys(f"suppressor {name}", raw, _SUPPRESSOR_KEYS)
            found[name] = Suppressor(
                name,
                self._number(f"suppressor {name}: reach", raw.get("reach"), _REACH),
                *(
                    frozenset(fold_word(word) for word in raw.get(key) or ())
                    for key in ("not_after", "not_before", "joined_by")
                ),
            )
        return found

    def placed_phrases(self) -> dict[str, Sequence[str]]:
        """Return the phrases of the suppressors under `id/place`."""
        raw = self.data.get("suppressors") or {}
        return {
            f"{name}/{place}": part[place] for name, part in raw.items() for place in _PLACES if place in part
        }

    def points(self) -> dict[str, int]:
        """Read what signs add to the score of the words around them."""
        raw = self.data.get("points") or {}
        self._known("points", frozenset(raw), self.signs, "sign")
        return {sign: self._number(f"points: {sign}", number, 0) for sign, number in raw.items()}

    def likened(self, learn: Trainer) -> Likened | None:
        """Learn from the examples, if there are any."""
        raw = self.data.get("examples")
        if raw is None:
            return None
        self._unknown_keys("examples", raw, _EXAMPLE_KEYS)
        missing = [key for key in ("id", "check", "if_yes", "urgent", "calm") if not raw.get(key)]
        if missing:
            self.problems.append(f"examples: {', '.join(missing)} must be given")
            return None
        within = self._number("examples: within", raw.get("within"), _WITHIN)
        least = self._number("examples: least", raw.get("least"), 0)
        if_yes = self._level("examples", raw["if_yes"])
        if if_yes is None:
            return None
        urgent, calm = ([str(text) for text in raw[kind]] for kind in ("urgent", "calm"))
        model = learn(urgent, calm, within)
        return Likened(
            str(raw["id"]), model, least / _HUNDREDTHS, str(raw["check"]), if_yes, str(raw.get("where") or "")
        )

    def rules(self, suppressors: Mapping[str, Suppressor]) -> list[Rule]:
        """Read the rules; each names signs and suppressors that exist."""
        found: list[Rule] = []
        always = frozenset(self.data.get("always_unless") or ())
        self._known("always_unless", always, frozenset(suppressors), "suppressor")
        for place, raw in enumerate(self.data.get("rules") or (), start=1):
            name = str(raw.get("id") or f"number {place}")
            if "id" not in raw or any(rule.id == name for rule in found):
                self.problems.append(f"rule {name}: needs an id of its own")
            found.append(self._rule(name, raw, always, suppressors))
        return found

    def _rule(
        self, name: str, raw: Mapping[str, Any], always: frozenset[str], suppressors: Mapping[str, Suppressor]
    ) -> Rule:
        self._unknown_keys(f"rule {name}", raw, _RULE_KEYS)
        signs = tuple(frozenset(str(entry).split("|")) for entry in raw.get("all") or ())
        unless, despite = frozenset(raw.get("unless") or ()), frozenset(raw.get("despite") or ())
        self._known(f"rule {name}: all", frozenset().union(*signs), self.signs, "sign")
        self._known(f"rule {name}: unless", unless, self.signs | frozenset(suppressors), "suppressor or sign")
        self._known(f"rule {name}: despite", despite, always, "entry of always_unless")
        if not signs:
            self.problems.append(f"rule {name}: 'all' names no sign")
        if "level" in raw and "signal" in raw:
            self.problems.append(f"rule {name}: gives either a level or a signal")
        if not raw.keys() & {"level", "signal", "check"}:
            self.problems.append(f"rule {name}: needs a level, a signal or a check")
        if ("check" in raw) != ("if_yes" in raw):
            self.problems.append(f"rule {name}: 'check' and 'if_yes' come together")
        return Rule(
            id=name,
            level=self._level(f"rule {name}", raw.get("level")),
            signal=raw.get("signal"),
            all=signs,
            within=self._number(f"rule {name}: within", raw.get("within"), _WITHIN),
            unless=(always - despite) | unless,
            alone=self._truth(f"rule {name}: alone", raw.get("alone")),
            least=self._number(f"rule {name}: least", raw.get("least"), 0),
            check=raw.get("check"),
            if_yes=self._level(f"rule {name}", raw.get("if_yes")),
            where=str(raw.get("where") or ""),
        )

    def _level(self, what: str, text: str | None) -> Level | None:
        if text is None:
            return None
        if text not in Level.__members__:
            self.problems.append(f"{what}: '{text}' is no level; there are {', '.join(Level.__members__)}")
            return None
        return Level[text]

    def _number(self, what: str, text: str | None, default: int) -> int:
        if text is None:
            return default
        if not str(text).isdecimal():
            self.problems.append(f"{what}: '{text}' is no number")
            return default
        return int(text)

    def _truth(self, what: str, text: str | None) -> bool:
        if text not in (None, "true", "false"):
            self.problems.append(f"{what}: '{text}' is neither true nor false")
        return text == "true"

    def _known(self, what: str, names: frozenset[str], known: frozenset[str], kind: str) -> None:
        self.problems += [
            f"{what}: unknown {kind} '{name}'{_nearest(name, known)}" for name in sorted(names - known)
        ]

    def _unknown_keys(self, what: str, raw: Mapping[str, Any], known: Sequence[str]) -> None:
        extra = sorted(set(raw) - set(known))
        self.problems += [f"{what}: unknown key '{key}'{_nearest(key, frozenset(known))}" for key in extra]


def _nearest(name: str, known: frozenset[str]) -> str:
    """Return a hint naming the most similar known name, or what there is."""
    near = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(sorted(known)) or 'none'}"
