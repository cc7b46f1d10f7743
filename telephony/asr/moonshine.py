"""Moonshine base, decoded by our own search on onnxruntime, so that a question can lean on it.

The search is ours for three things that the packaged loop cannot do: it forbids an end before the first
word where voice activity has heard speech (the model ends at once on single digits and short words), it
favours words that the state expects, and it says how sure it is and what else it may have been.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.utterance import Hypothesis
from engine.core.words import fold
from telephony.asr.beam import Reading, log_probabilities, merged, search
from telephony.asr.namesakes import Namesakes
from telephony.asr.pieces import END, SPACE, Leaning, Pieces

RATE = 16_000
_FIRST = 1
_TOKENS_A_SECOND, _TOKENS_AT_LEAST = 9.0, 6
_LAYERS = 8
_MOST = 5
"""Readings that are told."""
_UNLIKELY = 0.05
"""A reading so much less likely than the best is not told."""
NAMESAKE, TIE = 8.0, 0.2
"""What a name on file is favoured by, in nats, over words that it sounds like; and how likely, beside the
best, one must be to be asked about."""
_SHORTEST = 3200
"""Samples: anything shorter is padded with silence, which the encoder needs."""
_MARKS = re.compile(r"[^\w']+")

Sound = NDArray[np.float32]
Lists = tuple[tuple[str, ...], ...]
"""Lists of phrases that are expected; the shorter a list, the more each of its words is."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was heard."""

    hypotheses: tuple[Hypothesis, ...]
    """Best first. The confidence of the best is the mean probability of its pieces; that of another one is
    as much less as it is less likely."""

    @property
    def text(self) -> str:
        """The best reading."""
        return self.hypotheses[0].text


class Moonshine:
    """The model, shared by all calls; `decode` may run in any thread."""

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        """Load the model from a folder made by `moonshine_build`."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        # A thread that spins while it waits takes the processor from the calls.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")

        def load(name: str) -> Any:
            return onnxruntime.InferenceSession(
                str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
            )

        self._encoder, self._first, self._next = load("encoder"), load("first"), load("next")
        self.pieces = Pieces(folder / "tokenizer.bin")
        own = [f"present.{layer}.decoder.{part}" for layer in range(_LAYERS) for part in ("key", "value")]
        self._own = ["logits", *own]
        self._past = [name.replace("present", "past_key_values") for name in own]
        self._all = [item.name for item in self._first.get_outputs()]
        self._leaning = lru_cache(maxsize=64)(lambda lists: Leaning(self.pieces, lists))
        self._namesakes = lru_cache(maxsize=16)(Namesakes)

    def decode(
        self, sound: Sound, expected: Lists = (), *, width: int = 4, on_file: tuple[str, ...] | None = None
    ) -> Decoded:
        """The words in a stretch of sound at 16 kHz in which somebody speaks; a width of 1 is the quickest.

        Where a name is asked for, names `on_file` that the words sound like are weighed against what was
        written, by the sound itself.
        """
        if len(sound) < _SHORTEST:
            sound = np.concatenate([sound, np.zeros(_SHORTEST - len(sound), np.float32)])
        hidden = self._encoder.run(None, {"input_values": sound[None, :]})[0]
        start = {"input_ids": np.array([[_FIRST]], np.int64), "encoder_hidden_states": hidden}
        found = dict(zip(self._all, self._first.run(self._all, start), strict=True))
        decoder = _Decoder(self, found)
        readings = search(
            found["logits"][0, -1],
            decoder.advance,
            self.pieces,
            (self._leaning(expected) or None) if expected else None,
            width=width,
            most=_TOKENS_AT_LEAST + round(_TOKENS_A_SECOND * len(sound) / RATE),
        )
        if on_file is not None:
            # How else a name could be spelled is nothing to ask a caller; whom else on file it could mean is.
            respelt = self._respelt(readings[0], self._namesakes(on_file), decoder)
            return Decoded(self._told(respelt, TIE))
        return Decoded(self._told(readings, _UNLIKELY))

    def _respelt(self, best: Reading, namesakes: Namesakes, decoder: _Decoder) -> list[Reading]:
        """The best reading, and it with names on file for words that sound like them; the likeliest first."""
        starts = [place for place, number in enumerate(best.numbers) if self._opens(number)]
        ends = [*starts[1:], len(best.numbers)]
        words = [self.pieces.text(best.numbers[start:end]) for start, end in zip(starts, ends, strict=True)]
        found = {best.numbers: best}
        for one in namesakes.of(words):
            mark = best.numbers[ends[one.last] - 1 : ends[one.last]]
            kept = mark if not self.pieces.texts[mark[0]].strip(SPACE).isalnum() else ()
            name = (*self.pieces.numbers(one.name), *kept)
            numbers = (*best.numbers[: starts[one.first]], *name, *best.numbers[ends[one.last] :])
            chance = best.chance if numbers == best.numbers else decoder.chance(numbers)
            found[numbers] = Reading(numbers, chance + NAMESAKE, chance)
        return sorted(found.values(), key=lambda reading: -reading.score)

    def _opens(self, number: int) -> bool:
        return self.pieces.texts[number].startswith(SPACE)

    def _told(self, readings: Sequence[Reading], least: float) -> tuple[Hypothesis, ...]:
        likeliest = merged(readings, self._key)
        best, top = likeliest[0]
        confidence = exp(best.chance / len(best.numbers)) if best.numbers else 0.0
        shares = [(reading, exp(score - top)) for reading, score in likeliest[:_MOST]]
        return tuple(
            Hypothesis(self.pieces.text(reading.numbers), round(confidence * share, 3))
            for reading, share in shares
            if share >= least
        )

    def _key(self, reading: Reading) -> str:
        return _MARKS.sub(" ", fold(self.pieces.text(reading.numbers))).strip()


class _Decoder:
    """The decoder with its past for the readings that are followed."""

    def __init__(self, model: Moonshine, found: dict[str, Any]) -> None:
        self._model = model
        # What the decoder made of the sound stays the same; only its own past grows.
        past = {name.replace("present", "past_key_values"): value for name, value in found.items()}
        self._own = self._begun = [past[name] for name in model._past]  # noqa: SLF001 - two halves of one thing
        self._first = found["logits"][0]
        self._sound = {
            name: value
            for name, value in past.items()
            if name != "logits" and name not in model._past  # noqa: SLF001
        }
        self._beside: dict[int, dict[str, Any]] = {1: self._sound}
        """The sound, for so many readings at once."""

    def advance(self, places: Sequence[int], numbers: Sequence[int]) -> NDArray[np.float32]:
        """The scores of what follows each reading, once it has been given a piece."""
        model, count = self._model, len(places)
        if count not in self._beside:
            self._beside[count] = {name: np.repeat(value, count, 0) for name, value in self._sound.items()}
        own = [value[places] if list(places) != list(range(len(value))) else value for value in self._own]
        out = model._next.run(  # noqa: SLF001
            model._own,  # noqa: SLF001
            {
                "input_ids": np.array(numbers, np.int64)[:, None],
                **self._beside[count],
                **dict(zip(model._past, own, strict=True)),  # noqa: SLF001
            },
        )
        self._own = out[1:]
        scores: NDArray[np.float32] = out[0][:, -1]
        return scores

    def chance(self, numbers: Sequence[int]) -> float:
        """The log probability of a whole reading and its end, all its pieces looked at in one run."""
        model = self._model
        past = dict(zip(model._past, self._begun, strict=True))  # noqa: SLF001
        given = {"input_ids": np.array([numbers], np.int64), **self._sound, **past}
        scores = np.concatenate([self._first, model._next.run(["logits"], given)[0][0]])  # noqa: SLF001
        after = log_probabilities(scores)
        return float(after[np.arange(len(numbers) + 1), [*numbers, END]].sum())
