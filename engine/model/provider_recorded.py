"""A model that says what was written down for it: for tests and demonstrations without a network.

Its file has a JSON object a line: {"words": "what the caller says", "reply": {...} or "text"}; `job` is
"understand" unless it says "compose". What is not in the file is turned away, as by a provider that cannot be
had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from engine.model.question import Heard, Question, Reply, TurnedAwayError

if TYPE_CHECKING:
    from engine.core.model_rules import ModelSource

_CHARACTERS_PER_TOKEN = 4
"""Roughly, so that recorded calls have figures of the right size."""


class RecordedProvider:
    """Answers by the caller's words."""

    def __init__(self, lines: Iterable[Mapping[str, Any]]) -> None:
        self._replies = {
            (str(line.get("job", "understand")), _same(str(line["words"]))): line["reply"] for line in lines
        }

    @classmethod
    def configured(cls, source: ModelSource) -> RecordedProvider:
        """Read the file that the model's name is.

        Raises:
            OSError: it cannot be read.
            ValueError: a line is not of the form it must have.
        """
        path = Path(source.name)
        lines: list[Mapping[str, Any]] = []
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                data = orjson.loads(line)
                lines.append(
                    {"words": data["words"], "reply": data["reply"], "job": data.get("job", "understand")}
                )
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"{path}:{number}: a recorded reply has 'words' and 'reply'") from error
        return cls(lines)

    async def ask(self, question: Question, heard: Heard) -> Reply:
        """Put one request, once.

        Raises:
            TurnedAwayError: nothing is written down for these words.
        """
        words = _same(str(orjson.loads(question.user)["words"]))
        found = self._replies.get((question.job, words))
        if found is None:
            raise TurnedAwayError("NotRecorded")
        text = found if isinstance(found, str) else orjson.dumps(found).decode()
        if question.streamed:
            heard(text)
        return Reply(text, _tokens(question.system + question.user), 0, _tokens(text))

    async def close(self) -> None:
        """Nothing is open."""


def _same(words: str) -> str:
    return " ".join(words.casefold().split())


def _tokens(text: str) -> int:
    return len(text) // _CHARACTERS_PER_TOKEN
