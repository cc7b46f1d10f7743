"""Trained models on disk, beside the compiled packs: found by what they were trained from.

The name of a file is the hash of the examples and of the code that learns from them, so a changed sentence
is another model. A file holds texts and numbers only, nothing is executed by reading it; a folder
that others may write to is not read, because words put there would decide what callers are taken to say.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Container
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from engine.cache_folder import is_ours, put
from engine.nlu.classify.examples import Examples
from engine.nlu.classify.model import Calibration, Model, Weights

_MAGIC = b"frontdesk-model-1"
_SUFFIX = ".model"
_ARRAYS = (("rarity", "f"), ("starts", "I"), ("owners", "H"), ("weights", "f"), ("offsets", "f"))
"""The arrays of a model in the order of the file, and their types."""
_NEWEST = 16
"""Models that a folder keeps: a changed sentence makes a new one, and nobody asks for the old one again."""
_CODE = ("calibration.py", "examples.py", "grams.py", "model.py", "training.py")
"""The files that decide what is learned."""


def key_of(examples: Examples) -> str:
    """The name of the model that these examples make."""
    digest = sha256(_MAGIC)
    folder = Path(__file__).parent
    for name in _CODE:
        digest.update((folder / name).read_bytes())
    digest.update(orjson.dumps({label: list(texts) for label, texts in examples.items()}))
    return digest.hexdigest()[:32]


class ModelFolder:
    """A folder of trained models."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """The file of a model."""
        return self.folder / f"{key}{_SUFFIX}"

    def read(self, key: str) -> tuple[Model, dict[str, Any]] | None:
        """A model with the figures of its training; None when it must be trained (again)."""
        if not is_ours(self.folder):
            return None
        try:
            return loads(self.path(key).read_bytes())
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None

    def write(self, key: str, content: bytes) -> None:
        """Keep a model, in one step.

        Raises:
            OSError: the disk does not take it, or the folder is open to others.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_ours(self.folder):
            message = f"{self.folder}: others may write to this folder, so no model is kept there"
            raise PermissionError(message)
        put(self.path(key), content)

    def tidy(self, used: Container[str]) -> None:
        """Remove what nobody is likely to ask for: all but the newest models and those just used."""
        models = sorted(self.folder.glob(f"*{_SUFFIX}"), key=_age)
        for path in models[_NEWEST:]:
            if path.stem not in used:
                path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """What sorts the newest model first; one that another process removes meanwhile comes last."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


def dumps(model: Model, figures: dict[str, Any]) -> bytes:
    """A model as bytes: the same model gives the same ones."""
    weights, calibration = model.weights, model.calibration
    arrays = [getattr(weights, name) for name, _ in _ARRAYS]
    header = {
        "labels": list(weights.labels),
        "unseen": weights.unseen,
        "calibration": [calibration.score, calibration.margin, calibration.offset, calibration.threshold],
        "lengths": [len(values) for values in arrays],
        "words": len(weights.words),
        "figures": figures,
    }
    grams = "\n".join([*weights.words, *weights.letters]).encode()
    body = b"".join(_little(values).tobytes() for values in arrays)
    parts = (orjson.dumps(header, option=orjson.OPT_SORT_KEYS), str(len(grams)).encode(), grams + body)
    content = b"\n".join(parts)
    return b"\n".join((_MAGIC, sha256(content).hexdigest().encode(), content))


def loads(raw: bytes) -> tuple[Model, dict[str, Any]]:
    """The model in these bytes.

    Raises:
        ValueError: they hold none, or not all of it.
    """
    magic, digest, content = raw.split(b"\n", 2)
    if magic != _MAGIC or sha256(content).hexdigest().encode() != digest:
        raise ValueError("this is no model, or a part of one")
    line, length, rest = content.split(b"\n", 2)
    header = orjson.loads(line)
    grams = rest[: int(length)].decode().split("\n")
    place = int(length)
    arrays: dict[str, array[Any]] = {}
    for (name, code), count in zip(_ARRAYS, header["lengths"], strict=True):
        values: array[Any] = array(code)
        end = place + count * values.itemsize
        values.frombytes(rest[place:end])
        arrays[name], place = _little(values), end
    words = header["words"]
    weights = Weights(
        labels=tuple(header["labels"]),
        words={gram: number for number, gram in enumerate(grams[:words])},
        letters={gram: number for number, gram in enumerate(grams[words:], words)},
        unseen=header["unseen"],
        **arrays,
    )
    return Model(weights, Calibration(*header["calibration"])), header["figures"]


def _little(values: array[Any]) -> array[Any]:
    """The array with its bytes in little-endian order, in which files have them."""
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values
