"""The answers nearest to a question, among many: full-text search in memory (SQLite FTS5, BM25).

Words are folded and their endings taken off as everywhere else, so a question finds its answer in any case
and without diacritics. A second way to rank (vectors of the classifier) may be given; both rankings are
joined by reciprocal rank fusion (Cormack et al., 2009), which needs no scale in common.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from engine.core.domain import Domain
from engine.core.frozen import quick
from engine.core.words import fold_word, split_words
from engine.nlu.phrases import Endings

Ranker = Callable[[str, int], Sequence[str]]
"""Text and how many to the names of the nearest answers, best first."""

_MOST_WORDS = 12
_MOST_ROWS = 600
"""How many answers the words that are searched for may stand in together: the rarest words come first, and
where they find enough the common ones would only cost."""
_DAMPING = 60
"""The constant of reciprocal rank fusion."""


@quick(frozen=True, slots=True)
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
        self._names: dict[str, list[str]] = {}
        """Language to the names of its answers, by row."""
        self._texts: dict[tuple[str, str], str] = {}
        self._rows: dict[tuple[str, str], int] = {}
        """Language and word to how many answers it stands in."""
        for entry in entries:
            self._add(entry)
        for table in map(_table, self._names):
            self._base.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608 - a name of ours

    def _add(self, entry: Entry) -> None:
        table = _table(entry.language)
        if entry.language not in self._names:
            self._names[entry.language] = []
            self._base.execute(f"CREATE VIRTUAL TABLE {table} USING fts5(questions, text, tokenize='ascii')")
            weights = f"INSERT INTO {table}({table}, rank) VALUES ('rank', 'bm25(3.0, 1.0)')"  # noqa: S608 - a name of ours
            self._base.execute(weights)
        stems = self._stems(entry.questions, entry.language), self._stems(entry.text, entry.language)
        names = self._names[entry.language]
        insert = f"INSERT INTO {table}(rowid, questions, text) VALUES (?, ?, ?)"  # noqa: S608 - a name of ours
        self._base.execute(insert, (len(names), " ".join(stems[0]), " ".join(stems[1])))
        names.append(entry.name)
        self._texts[entry.language, entry.name] = entry.text
        for word in {*stems[0], *stems[1]}:
            key = entry.language, word
            self._rows[key] = self._rows.get(key, 0) + 1

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
        names = self._names.get(language)
        terms = self._terms(question, language)
        if not names or not terms:
            return []
        query = f"SELECT rowid FROM {_table(language)} WHERE {_table(language)} MATCH ? ORDER BY rank LIMIT ?"  # noqa: S608 - a name of ours
        with self._lock:
            rows = self._base.execute(query, (" OR ".join(terms), most)).fetchall()
        return [names[number] for (number,) in rows]

    def _terms(self, question: str, language: str) -> list[str]:
        """The words worth searching for, the rarest first."""
        known = {
            word: rows
            for word in self._stems(question, language)
            if (rows := self._rows.get((language, word)))
        }
        terms: list[str] = []
        found = 0
        for word in sorted(known, key=lambda word: (known[word], word))[:_MOST_WORDS]:
            found += known[word]
            if terms and found > _MOST_ROWS:
                break
            terms.append(f'"{word}"')
        return terms

    def _stems(self, text: str, language: str) -> list[str]:
        endings = self._endings.get(language)
        words = (fold_word(word) for word in split_words(text).folded)
        return [endings.stem(word) if endings is not None else word for word in words]


def _table(language: str) -> str:
    """The table of a language; codes are letters only, and nothing else gets into the text of a statement."""
    return f"answers_{''.join(char for char in language if char.isascii() and char.isalpha())}"


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
