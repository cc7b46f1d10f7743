"""A call that happened as an example call of its pack: YAML that is a test from then on.

The caller's words are needed, so only somebody who may open the sealed layer can make one. Whoever they name
is replaced before anything is shown (`stand_ins`); what was said, asked and ruled becomes what is expected.
The YAML is then played by the runner of examples: only one that goes as the call did is worth keeping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import yaml

from engine.console.private_words import Told, is_form, told
from engine.console.replacing import rewritten
from engine.console.stand_ins import Cast, NoStandInError, casts, name_words, replaced
from engine.console.told_numbers import digits_of
from engine.core.privacy import REMOVED
from engine.core.trace import SEALED
from engine.core.words import fold_word, split_words

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.nlu.cascade import Understanding

Play = Callable[[str], Sequence[str]]
"""Plays the YAML of an example against a fresh book; returns everything that differs."""

_TRIES = 16
"""Ways to fill the parts that are played before we say that none of them keeps the call as it went."""
_MISHAPS = frozenset({"unknown", "failed", "taken", "conflict"})
"""Answers of the world that a fresh book does not give by itself."""
_RULED = frozenset({"took_over", "forbade", "breached", "failed_closed"})
_SHORT = 3
_TAIL = 6
"""The last digits of a number: what says whose it is. All but one of them are looked for."""


class UnreadableError(ValueError):
    """The caller's words are sealed or erased, so no example can be made of them."""


@dataclass(frozen=True, slots=True)
class ExampleCall:
    """An example, whether it goes as the call did, and what whoever keeps it should look at."""

    text: str
    """YAML."""
    why: tuple[str, ...] = ()
    """What goes otherwise when it is played; nothing does when it may be kept."""
    replaced: tuple[tuple[str, str, str], ...] = ()
    """Kind, what was said and what stands for it."""
    strange: tuple[str, ...] = ()
    """Words that no table of the language knows: one of them may still be somebody's name."""
    turns: tuple[str, ...] = field(default=())
    """The caller's words as they would be kept."""

    @property
    def holds(self) -> bool:
        """Whether it goes as the call did."""
        return not self.why


def example_of(
    domain: Domain,
    understanding: Understanding,
    entries: Sequence[Mapping[str, Any]],
    *,
    name: str,
    play: Play,
    by_hand: Mapping[str, str] | None = None,
) -> ExampleCall:
    """Make the example of an opened tape; `by_hand` replaces further words, folded, as somebody saw fit.

    Raises:
        UnreadableError: what the caller said is not to be had.
        NoStandInError: something private was said that nothing can honestly stand in for.
    """
    if any(SEALED in entry["event"].get("transcript", {}) for entry in entries):
        raise UnreadableError("words")
    found = told(domain, understanding, entries)
    if found.other:
        raise NoStandInError("other")
    language = _language(domain, entries)
    first: ExampleCall | None = None
    none: NoStandInError | None = None
    ways = [(cast, faults) for cast in islice(casts(domain, found, language), _TRIES)
            for faults in _mishaps(entries)]  # fmt: skip
    for cast, faults in ways:
        try:
            made = _made(domain, understanding, entries, found, cast, name, by_hand or {}, faults)
        except NoStandInError as error:
            none = error
            continue
        why = tuple(play(made.text))
        made = ExampleCall(made.text, why, made.replaced, made.strange, made.turns)
        if not why:
            return made
        first = first or made
    if first is None:
        raise none or NoStandInError("names")
    return first


def file_name(name: str) -> str:
    """A file name that says what the example says."""
    folded = " ".join(split_words(name).folded)
    return re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:60] or "a_call"


def _made(  # noqa: PLR0913, PLR0917 - everything that the words of an example come from
    domain: Domain,
    understanding: Understanding,
    entries: Sequence[Mapping[str, Any]],
    found: Told,
    cast: Cast,
    name: str,
    by_hand: Mapping[str, str],
    faults: Mapping[int, tuple[str, str]],
) -> ExampleCall:
    started = entries[0]["event"]
    moment = datetime.fromisoformat(started["at"]).astimezone(domain.catalogue.zone)
    data: dict[str, Any] = {"call": name, "site": domain.id, "now": f"{moment:%Y-%m-%dT%H:%M}"}
    if found.number:
        data["from"] = cast.phones[found.number]
    if started.get("language"):
        data["language"] = started["language"]
    writer = _Writer(domain, found, cast, by_hand, faults)
    data["turns"] = writer.turns(entries)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    if _left(domain, understanding, found, cast, text, [words for words, _ in writer.said]):
        raise NoStandInError("left")
    strange = _strange(domain, understanding, cast, writer.said)
    return ExampleCall(text, (), tuple(replaced(cast)), strange, tuple(words for words, _ in writer.said))


def _mishaps(entries: Sequence[Mapping[str, Any]]) -> list[dict[int, tuple[str, str]]]:
    """What went wrong in the world, by entry: to be scripted, or else left to the book."""
    services: dict[int, str] = {}
    found: dict[int, tuple[str, str]] = {}
    for number, entry in enumerate(entries):
        event = entry["event"]
        if event["is"] == "Answered" and event["outcome"] in _MISHAPS:
            found[number] = services.get(event["request"], ""), event["outcome"]
        elif event["is"] == "TransferEnded" and event["outcome"] != "answered":
            found[number] = "transfer", event["outcome"]
        services |= {item["id"]: item["service"] for item in entry["actions"] if item["is"] == "Request"}
    return [found, {}] if found else [{}]


def _language(domain: Domain, entries: Sequence[Mapping[str, Any]]) -> str:
    """The language that the call was mostly in: the last one it changed to."""
    spoken = [entry["changes"]["language"] for entry in entries if entry["changes"].get("language")]
    return str(spoken[-1]) if spoken else domain.languages[0]


class _Writer:
    """Writes the turns of one call for one cast."""

    def __init__(
        self,
        domain: Domain,
        found: Told,
        cast: Cast,
        by_hand: Mapping[str, str],
        faults: Mapping[int, tuple[str, str]],
    ) -> None:
        self._domain, self._found, self._cast = domain, found, cast
        self._by_hand, self._faults = by_hand, faults
        self._language = domain.languages[0]
        self.said: list[tuple[str, str]] = []
        """The caller's words as written, and their language."""

    def turns(self, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        turns: list[dict[str, Any]] = []
        cut: float | None = None
        for number, entry in enumerate(entries):
            event = entry["event"]
            self._language = entry["changes"].get("language", self._language)
            if event["is"] == "BargedIn":
                cut = event["heard_to"]
            given = self._input(number, event, cut)
            if given is not None:
                turns.append(given)
                cut = None
            if number in self._faults and turns:
                service, outcome = self._faults[number]
                turns.insert(len(turns) - 1, {"fault": {"service": service, "outcome": outcome}})
            if turns:
                _expect(turns[-1], entry)
        # Words that were only beginning to be said, and that nothing came of.
        return [turn for turn in turns if turn.keys() != {"partial"}]

    def _input(self, number: int, event: Mapping[str, Any], cut: float | None) -> dict[str, Any] | None:
        match event["is"]:
            case "Heard":
                return self._spoken(number, event["transcript"], cut)
            case "Keyed":
                return {"dtmf": self._keys(event["digits"])}
            case "FellSilent":
                return {"silence": True}
            case "CallEnded" if event["by"] == "caller":
                return {"hangup": True}
            case _:
                return None

    def _spoken(self, number: int, transcript: Mapping[str, Any], cut: float | None) -> dict[str, Any]:
        hypotheses = transcript["hypotheses"]
        texts = [self._text(number, place, item["text"]) for place, item in enumerate(hypotheses)]
        first = texts[0] if texts else ""
        if not transcript.get("final", True):
            return {"partial": first}
        if cut is not None:
            return {"barge_in": {"heard": cut, "say": first}}
        if len(hypotheses) > 1:
            return {
                "nbest": [
                    {"text": text, "confidence": item.get("confidence", 1.0)}
                    for text, item in zip(texts, hypotheses, strict=True)
                ]
            }
        return {"user": first}

    def _text(self, number: int, place: int, text: str) -> str:
        places = self._found.places.get((number, place), [])
        written = rewritten(text, places, self._cast, self._domain, self._language)
        words = split_words(written)
        out, at = [], 0
        for index, word in enumerate(words.folded):
            if word in self._by_hand:
                out += [written[at : words.starts[index]], self._by_hand[word]]
                at = words.ends[index]
        written = "".join([*out, written[at:]])
        self.said.append((written, self._language))
        return written

    def _keys(self, digits: Any) -> str:
        if not isinstance(digits, str):
            raise UnreadableError("keys")
        for real, new in self._cast.phones.items():
            national = real.lstrip("+")
            if len(digits) >= _SHORT and (national.endswith(digits) or digits.endswith(national[-8:])):
                return new.lstrip("+")[-len(digits) :]
        for real, new in self._cast.births.items():
            for form in ("%Y%m%d", "%d%m%Y", "%d%m%y", "%m%d%Y"):
                if datetime.fromisoformat(real).strftime(form) == digits:
                    return datetime.fromisoformat(new).strftime(form)
        if len(digits) > _SHORT:
            raise NoStandInError("keys")
        return digits


def _expect(turn: dict[str, Any], entry: Mapping[str, Any]) -> None:
    """Add what came of it: what was said and asked, which rule made a difference, who was called."""
    for item in entry["decisions"]:
        rules = turn.setdefault("decisions", []) if item["verdict"] in _RULED else None
        if rules is not None and item["by"] not in rules:
            rules.append(item["by"])
    for action in entry["actions"]:
        match action["is"]:
            case "Say":
                turn.setdefault("say", []).append(action["response"])
            case "Listen":
                turn["asking"] = "confirm" if action["kind"] == "confirm" else action.get("slot")
            case "Transfer":
                turn.setdefault("actions", []).append({"transfer": action["target"]})
    if entry["changes"].get("phase") == "ended":
        turn.pop("asking", None)
        turn["ended"] = True


def _left(
    domain: Domain, understanding: Understanding, found: Told, cast: Cast, text: str, turns: Sequence[str]
) -> list[str]:
    """What is private and still stands in a text, looked for once more in another way than it was found."""
    ours = {word for item in domain.catalogue.providers.values() for word in split_words(item.name).folded}
    new = {fold_word(word) for _, stand_in in cast.words.values() for word in stand_in.split()}
    words = set(split_words(text).folded)
    names = {
        word
        for person in found.people
        for word in name_words(f"{person.name} {(person.on_file or {}).get('name') or ''}")
        if len(word) >= _SHORT and word not in cast.kept | ours | new
        and not any(understanding.knows(code, word) for code in domain.languages)
    }  # fmt: skip
    names |= {
        word
        for word in words - cast.kept - ours - new
        if any(is_form(word, name) for name in names)
        and not any(understanding.knows(code, word) for code in domain.languages)
    }
    figures = [
        re.sub(r"\D", "", text.replace("\n", "n")),
        *(digits_of(turn, domain.digits) for turn in turns),
    ]
    numbers = [
        real
        for real, other in cast.phones.items()
        for end in (real[-_TAIL:-1], real[1 - _TAIL :])
        if real != other and end not in other and any(end in digits for digits in figures)
    ]
    births = [real for real, other in cast.births.items() if real != other and real in text]
    return [*(names & words), *numbers, *births]


def _strange(
    domain: Domain, understanding: Understanding, cast: Cast, said: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """Words of the example that no table knows and that we did not put there."""
    new = {fold_word(word) for _, stand_in in cast.words.values() for word in stand_in.split()} | cast.kept
    new |= {word for item in domain.catalogue.providers.values() for word in split_words(item.name).folded}
    return tuple(
        dict.fromkeys(
            word for words, code in said for word in _unknown(domain, understanding, words, code, new)
        )
    )


def _unknown(
    domain: Domain, understanding: Understanding, text: str, code: str, new: set[str]
) -> Iterator[str]:
    words = split_words(text)
    for place, word in enumerate(words.folded):
        known = word in new or word[0].isdecimal() or words.said(place, place) in REMOVED
        if not known and not understanding.knows(code, word):
            yield words.said(place, place)
