"""Moonshine base, decoded greedily by our own loop on onnxruntime, so that a question can lean on it.

The loop is ours for three things that the packaged one cannot do: it forbids an end before the first word
where voice activity has heard speech (the model ends at once on single digits and short words), it favours
words that the state expects, and it says how sure it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.words import fold

RATE = 16_000
_FIRST, _END = 1, 2
_SPACE = "▁"
_TOKENS_A_SECOND, _TOKENS_AT_LEAST = 9.0, 6
_LAYERS = 8
BIAS = 3.0
"""Added to the logit of a piece that leads on to an expected word."""
_LEAST = 3
"""Letters of a word that must agree before it is favoured: one or two begin too many words."""
_PHRASE = 4
"""Pieces of which people do say several in a row: "five five five"."""
_SHORTEST = 3200
"""Samples: anything shorter is padded with silence, which the encoder needs."""

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was heard."""

    text: str
    confidence: float
    """0..1: the mean probability of its pieces."""


@dataclass(slots=True)
class Leaning:
    """The pieces that lead on to expected words, by what was said of the present word so far."""

    starts: NDArray[np.int64]
    follows: dict[str, NDArray[np.int64]] = field(default_factory=dict)


class Tokens:
    """The pieces of the model's language."""

    def __init__(self, path: Path) -> None:
        self.texts = [piece.decode("utf-8", "replace") for piece in _pieces(path.read_bytes())]
        self._raw = list(_pieces(path.read_bytes()))
        self._by_text: dict[str, list[int]] = {}
        for number, text in enumerate(self.texts):
            self._by_text.setdefault(fold(text), []).append(number)

    def text(self, numbers: Sequence[int]) -> str:
        """The text that pieces make."""
        joined = b"".join(self._raw[number] for number in numbers)
        return joined.decode("utf-8", "replace").replace(_SPACE, " ").strip()

    def leaning(self, phrases: Sequence[str]) -> Leaning | None:
        """The pieces that lead to the words of phrases."""
        words = {word for phrase in phrases for word in fold(phrase).split() if len(word) >= _LEAST}
        starts: set[int] = set()
        follows: dict[str, set[int]] = {}
        for word in words:
            for length in range(_LEAST, len(word) + 1):
                starts.update(self._by_text.get(_SPACE + word[:length], ()))
            for begin in range(1, len(word)):
                for end in range(max(begin + 1, _LEAST), len(word) + 1):
                    found = self._by_text.get(word[begin:end])
                    if found:
                        follows.setdefault(word[:begin], set()).update(found)
        if not words:
            return None
        return Leaning(_array(starts), {prefix: _array(found) for prefix, found in follows.items()})


def _array(numbers: set[int]) -> NDArray[np.int64]:
    return np.array(sorted(numbers), np.int64)


def _pieces(data: bytes) -> list[bytes]:
    """The tokenizer's file: each piece after its length, in one byte or in two."""
    pieces, at = [], 0
    while at < len(data):
        length = data[at]
        at += 1
        if length >= 128:
            length = length - 128 + 128 * data[at]
            at += 1
        pieces.append(data[at : at + length])
        at += length
    return pieces


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
        self.tokens = Tokens(folder / "tokenizer.bin")
        own = [f"present.{layer}.decoder.{part}" for layer in range(_LAYERS) for part in ("key", "value")]
        self._own = ["logits", *own]
        self._past = [name.replace("present", "past_key_values") for name in own]
        self._all = [item.name for item in self._first.get_outputs()]
        self._leaning = lru_cache(maxsize=64)(self.tokens.leaning)

    def decode(self, sound: Sound, phrases: tuple[str, ...] = ()) -> Decoded:
        """The words in a stretch of sound at 16 kHz in which somebody speaks."""
        if len(sound) < _SHORTEST:
            sound = np.concatenate([sound, np.zeros(_SHORTEST - len(sound), np.float32)])
        hidden = self._encoder.run(None, {"input_values": sound[None, :]})[0]
        start = {"input_ids": np.array([[_FIRST]], np.int64), "encoder_hidden_states": hidden}
        found = dict(zip(self._all, self._first.run(self._all, start), strict=True))
        # What the decoder made of the sound stays the same; only its own past grows.
        past = {
            name.replace("present", "past_key_values"): value
            for name, value in found.items()
            if name != "logits"
        }
        leaning = self._leaning(phrases) if phrases else None
        return self._follow(found["logits"][0, -1], past, len(sound), leaning)

    def _follow(
        self, logits: NDArray[np.float32], past: dict[str, Any], samples: int, leaning: Leaning | None
    ) -> Decoded:
        numbers: list[int] = []
        chances: list[float] = []
        word = ""
        most = _TOKENS_AT_LEAST + round(_TOKENS_A_SECOND * samples / RATE)
        while len(numbers) < most:
            number = self._choose(logits, word, leaning, may_end=bool(numbers))
            if number == _END:
                break
            chances.append(_chance(logits, number))
            numbers.append(number)
            again = _repeated(numbers)
            if again:
                del numbers[-again:], chances[-again:]
                break
            text = self.tokens.texts[number]
            word = fold(text[1:]) if text.startswith(_SPACE) else word + fold(text)
            out = self._next.run(self._own, {"input_ids": np.array([[number]], np.int64), **past})
            logits = out[0][0, -1]
            past.update(zip(self._past, out[1:], strict=True))
        confidence = float(np.exp(np.mean(chances))) if chances else 0.0
        return Decoded(self.tokens.text(numbers), round(confidence, 3))

    def _choose(
        self, logits: NDArray[np.float32], word: str, leaning: Leaning | None, *, may_end: bool
    ) -> int:
        if leaning is None and may_end:
            return int(logits.argmax())
        scores = logits.copy()
        if not may_end:
            scores[_END] = -np.inf
        if leaning is not None:
            scores[leaning.starts] += BIAS
            follows = leaning.follows.get(word)
            if follows is not None:
                scores[follows] += BIAS
        return int(scores.argmax())


def _repeated(numbers: list[int]) -> int:
    """How many pieces at the end only repeat others: a decoder that has lost the sound says them for ever."""
    for length in range(1, 13):
        times = 3 if length > _PHRASE else 6
        block = numbers[-length:]
        if len(numbers) >= times * length and numbers[-times * length :] == block * times:
            return (times - 1) * length
    return 0


def _chance(logits: NDArray[np.float32], number: int) -> float:
    """The log probability of a piece."""
    top = float(logits.max())
    return float(logits[number]) - top - float(np.log(np.exp(logits - top).sum()))
