"""Several readings of one sound, side by side: over a small language of its own, with scores by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="the speech extra is not installed")

from telephony.asr.beam import Reading, merged, search  # noqa: E402
from telephony.asr.pieces import END, Leaning, Pieces  # noqa: E402

WORDS = [
    "▁fifty",
    "▁n",
    "▁no",
    "▁nov",
    "ak",
    "ic",
    "▁t",
    "▁to",
    "▁s",
    "▁si",
    "▁six",
    "ty",
    "▁sixty",
    "▁one",
    ".",
]
_BYTES = 259


@pytest.fixture(scope="module")
def pieces(tmp_path_factory) -> Pieces:
    """The usual first 259 pieces, then ours."""
    texts = [*(f"<{number}>" for number in range(_BYTES)), *WORDS]
    texts += sorted({letter for word in WORDS for letter in word} | {"▁"})
    path: Path = tmp_path_factory.mktemp("model") / "tokenizer.bin"
    path.write_bytes(b"".join(bytes([len(text.encode())]) + text.encode() for text in texts))
    return Pieces(path)


class Model:
    """A model whose scores depend on the pieces said so far."""

    def __init__(self, pieces: Pieces, chances: Mapping[str, Mapping[str, float]]) -> None:
        self._pieces = pieces
        self._chances = chances
        self._texts: list[tuple[str, ...]] = [()]
        self.steps = 0

    def scores(self, said: Sequence[str]) -> Any:
        found = np.full(len(self._pieces.texts), -20.0, np.float32)
        for text, chance in self._chances.get(" ".join(said), {"<2>": 1.0}).items():
            found[self._pieces.texts.index(text)] = np.log(chance)
        return found

    def advance(self, places: Sequence[int], numbers: Sequence[int]) -> Any:
        self.steps += 1
        self._texts = [
            (*self._texts[place], self._pieces.texts[number])
            for place, number in zip(places, numbers, strict=True)
        ]
        return np.stack([self.scores(said) for said in self._texts])


def readings(
    pieces: Pieces,
    chances: Mapping[str, Mapping[str, float]],
    *,
    width: int = 4,
    leaning: Leaning | None = None,
) -> list[str]:
    model = Model(pieces, chances)
    found = search(model.scores(()), model.advance, pieces, leaning, width=width, most=20)
    return [pieces.text(reading.numbers) for reading in found]


FIFTY = {
    "": {"▁sixty": 0.5, "▁fifty": 0.45},
    "▁sixty": {"▁six": 0.5, "▁one": 0.4},
    "▁fifty": {"▁one": 0.98},
}


def test_the_likeliest_whole_is_found_where_the_likeliest_first_word_leads_elsewhere(pieces):
    assert readings(pieces, FIFTY)[0] == "fifty one"
    assert readings(pieces, FIFTY, width=1) == ["sixty six"]


def test_other_readings_follow_the_best_one(pieces):
    assert readings(pieces, FIFTY)[:2] == ["fifty one", "sixty six"]


def test_somebody_has_spoken_so_there_is_no_empty_reading(pieces):
    assert readings(pieces, {"": {"<2>": 0.99, "▁six": 0.01}})[0] == "six"


class Echo(Model):
    """A decoder that has lost the sound."""

    def scores(self, said: Sequence[str]) -> Any:
        sure = {"▁six": 0.9, "<2>": 0.0001}
        found = np.full(len(self._pieces.texts), -20.0, np.float32)
        for text, chance in sure.items():
            found[self._pieces.texts.index(text)] = np.log(chance)
        return found


def test_a_decoder_that_repeats_itself_comes_to_an_end(pieces):
    model = Echo(pieces, {})
    found = search(model.scores(()), model.advance, pieces, None, width=1, most=40)
    assert pieces.text(found[0].numbers).split() == ["six"]
    assert model.steps < 10


def test_readings_that_only_differ_in_marks_count_together():
    same = [Reading((1,), -1.0, -1.0), Reading((2,), -1.1, -1.1), Reading((1, 3), -1.2, -1.2)]
    best = merged(same, lambda reading: str(reading.numbers[0]))
    assert [reading.numbers for reading, _ in best] == [(1,), (2,)]
    assert best[0][1] == pytest.approx(np.log(np.exp(-1.0) + np.exp(-1.2)))


# --- what is expected


NOVAK = {
    "": {"▁no": 0.8, "▁nov": 0.1},
    "▁nov": {"ic": 0.5, "ak": 0.5},
    "▁no": {"<2>": 0.9},
}


def test_an_expected_word_is_favoured(pieces):
    assert readings(pieces, NOVAK)[0] == "no"
    assert readings(pieces, NOVAK, leaning=Leaning(pieces, [["Novak"]]))[0] == "novak"


def test_a_word_that_turns_out_to_be_another_one_has_gained_nothing(pieces):
    chances = {"": {"▁no": 0.55, "▁nov": 0.45}, "▁nov": {"ic": 1.0}, "▁no": {"<2>": 1.0}}
    assert readings(pieces, chances, leaning=Leaning(pieces, [["Novak"]]))[0] == "no"


def test_the_longer_a_list_the_less_each_of_its_words_is_expected(pieces):
    short = Leaning(pieces, [["Novak"]])
    long = Leaning(pieces, [["Novak", *(f"name{number}x" for number in range(20_000))]])
    assert 0.0 < long.earned("novak") < short.earned("novak")
    assert not Leaning(pieces, [["to"]]), "short words are in every sentence"


def test_text_is_cut_into_the_pieces_that_the_model_learnt_first(pieces):
    assert [pieces.texts[number] for number in pieces.numbers("novak to")] == ["▁nov", "ak", "▁to"]
    assert pieces.text(pieces.numbers("sixty six")) == "sixty six"
    assert END not in pieces.numbers("one?")
