"""The answers nearest to a question, among many: full-text search in memory (SQLite FTS5, BM25).

Words are folded and their endings taken off as everywhere else, so a question finds its answer in any case
and without diacritics. A second way to rank (vectors of the classifier) may be given; both rankings are
joined by reciprocal rank fusion (Cormack et al., 2009), which needs no scale in common.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.core.domain import Domain
from engine.core.words import fold_word, split_words
from engine.nlu.phrases import Endings

Ranker = Callable[[str, int], Sequence[str]]
"""Text and how many to the names of the nearest answers, best first."""

_MOST_WORDS = 12
"""Words of a question that are searched for: the rarest, as long words are."""
_DAMPING = 60
"""The constant of reciprocal rank fusion."""
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer in one language: its name, how callers put the question, and what it says."""

    name: str
    language: str
    questions: str
    text: str


class AnswerIndex:
    """Searches the answers of a site; it may be asked from any thread."""

    def __init__(
        self,
        entries: Iterable[Entry],
        endings: Mapping[str, Endings] | None = None,
        rankers: Mapping[str, Ranker] | None = None,
    ) -> None:
        """Index the entries; `endings` and further `rankers` are by language."""
        self._endings = endings or {}
        self._rankers = rankers or {}
        self._lock = threading.Lock()
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        # Contentless: only what is needed to find; the texts are kept beside it.
        self._base.execute(
            "CREATE VIRTUAL TABLE answers USING fts5(language UNINDEXED, questions, text, tokenize='ascii')"
        )
        self._entries = list(entries)
        self._texts = {(item.language, item.name): item.text for item in self._entries}
        self._base.executemany(
            "INSERT INTO answers(rowid, language, questions, text) VALUES (?, ?, ?, ?)",
            (
                (
                    number,
                    item.language,
                    self._stems(item.questions, item.language),
                    self._stems(item.text, item.language),
                )
                for number, item in enumerate(self._entries)
            ),
        )
        self._base.execute("INSERT INTO answers(answers) VALUES ('optimize')")

    @classmethod
    def of(cls, domain: Domain, rankers: Mapping[str, Ranker] | None = None) -> AnswerIndex:
        """The answers of a site in every language, by name, questions and what is said."""
        endings = {
            code: Endings((tables.get("commands") or {}).get("endings") or ())
            for code, tables in domain.tables.items()
        }
        return cls(_entries(domain), endings, rankers)

    def nearest(self, question: str, language: str, most: int) -> dict[str, str]:
        """The names of the answers nearest to a question with what they say, best first."""
        rankings = [self._by_words(question, language, most)]
        ranker = self._rankers.get(language)
        if ranker is not None:
            rankings.append(list(ranker(question, most)))
        names = _fused(rankings)[:most]
        return {name: text for name in names if (text := self._texts.get((language, name))) is not None}

    def _by_words(self, question: str, language: str, most: int) -> list[str]:
        words = sorted(set(self._stems(question, language).split()), key=lambda word: (-len(word), word))
        terms = [f'"{word}"' for word in words if len(word) >= _SHORT][:_MOST_WORDS]
        if not terms:
            return []
        query = (
            "SELECT rowid FROM answers WHERE answers MATCH ? AND language = ? "
            "ORDER BY bm25(answers, 0, 3, 1) LIMIT ?"
        )
        with self._lock:
            rows = self._base.execute(query, (" OR ".join(terms), language, most)).fetchall()
        return [self._entries[number].name for (number,) in rows]

    def _stems(self, text: str, language: str) -> str:
        endings = self._endings.get(language)
        words = (fold_word(word) for word in split_words(text).folded)
        return " ".join(endings.stem(word) if endings is not None else word for word in words)


def _entries(domain: Domain) -> Iterable[Entry]:
    for answer in domain.answers.values():
        for code in domain.languages:
            texts = [answer.id.replace("_", " "), *answer.questions.get(code, ())]
            yield Entry(answer.id, code, " . ".join(texts), _wording(domain, answer.response, code))


def _wording(domain: Domain, response: str | None, language: str) -> str:
    found = domain.responses.get(response or "")
    variants = found.variants.get(language, ()) if found is not None else ()
    return variants[-1].template.text if variants else ""


def _fused(rankings: Sequence[Sequence[str]]) -> list[str]:
    scores: dict[str, float] = {}
    for ranking in rankings:
        for place, name in enumerate(ranking, 1):
            scores[name] = scores.get(name, 0.0) + 1 / (_DAMPING + place)
    return sorted(scores, key=lambda name: -scores[name])
