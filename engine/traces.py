"""Tapes on disk: JSON Lines, chained by hash, the private layer encrypted.

A line is an entry of `core.trace` with its hashes. The hash covers the redacted layer and the digests of
the sealed ones, one for each data class, so a class can be erased later without breaking the chain.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

import orjson

from engine.core import trace
from engine.core.codec import decode
from engine.core.errors import TapeError
from engine.core.frozen import quick
from engine.core.machine import step
from engine.core.state import DialogueState
from engine.proved import standing

if TYPE_CHECKING:
    from engine.core.decision import Step
    from engine.core.domain import Domain
    from engine.core.events import Event

FORMAT = 2
KEY_VARIABLE = "FRONTDESK_TAPE_KEY"
"""Variable with the key of the sealed layer, base64; without it a key file in the user's data folder."""
_NONCE_BYTES = 12
_KEY_BYTES = 32
_GENESIS = "0" * 64
_HASH_KEY = b',"hash":"'


def sealing_key() -> bytes:
    """The key of the sealed layer, made on first use.

    Raises:
        TapeError: the key given is no key.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given is not None:
        return _checked(given, KEY_VARIABLE)
    base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    path = base / "frontdesk" / "tape.key"
    try:
        return _checked(path.read_text("ascii"), path.name)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    text = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _checked(path.read_text("ascii"), path.name)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    return _checked(text, path.name)


def _checked(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        message = f"{where}: the key of the sealed layer is not base64"
        raise TapeError(message) from error
    if len(key) != _KEY_BYTES:
        message = f"{where}: the key of the sealed layer has {len(key)} bytes, not {_KEY_BYTES}"
        raise TapeError(message)
    return key


class Recorder:
    """What the tapes of all calls of a site share: whose they are, what is private, and the key."""

    def __init__(self, domain: Domain, key: bytes | None = None) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only calls with a tape need it

        self.domain = domain
        self.classes = trace.data_classes(domain)
        self.proof = standing(domain)
        """How far the pack was proved, or what breaks it: said on the first line of every tape."""
        self.cipher = AESGCM(sealing_key() if key is None else key)

    def seal(self, values: Sequence[Any]) -> bytes:
        """The private values of one data class, encrypted."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self.cipher.encrypt(nonce, trace.canonical(values), None)

    def tape(self, path: Path, call: str) -> TapeWriter:
        """Start a tape in a file, replacing what was there."""
        return TapeWriter(opened(path), self, call)


def opened(path: Path) -> FileIO:
    """A file to write a tape to, unbuffered, in the place of what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb", buffering=0)


class Both:
    """Two files that are written as one: a tape that is filed, and the copy that somebody asked for."""

    __slots__ = ("_files",)

    def __init__(self, *files: IO[bytes] | FileIO) -> None:
        self._files = files

    def write(self, data: bytes) -> None:
        """Write to each."""
        for file in self._files:
            file.write(data)

    def close(self) -> None:
        """Close each."""
        for file in self._files:
            file.close()


class TapeWriter:
    """Writes a call's tape, a line a step, unbuffered, so that a crash loses nothing that was decided."""

    __slots__ = ("_file", "_hash", "_number", "_recorder")

    def __init__(self, file: IO[bytes] | FileIO | Both, recorder: Recorder, call: str) -> None:
        self._file = file
        self._recorder = recorder
        self._hash = _GENESIS
        self._number = 0
        domain = recorder.domain
        self._line(
            {
                "tape": FORMAT,
                "call": call,
                "domain": domain.id,
                "version": domain.version,
                "proof": recorder.proof,
            },
            {},
        )

    def write(self, before: DialogueState, event: Event, outcome: Step) -> None:
        """Add one step."""
        entry = trace.record(self._recorder.classes, before, event, outcome)
        self._line(entry.redacted, entry.sealed)

    def _line(self, redacted: Mapping[str, Any], sealed: Mapping[str, Sequence[Any]]) -> None:
        body: dict[str, Any] = {"n": self._number, **redacted}
        payloads = {name: self._recorder.seal(values) for name, values in sealed.items()}
        if payloads:
            body["seal"] = {name: sha256(payload).hexdigest() for name, payload in payloads.items()}
        text = trace.canonical(body)
        self._hash = trace.chained(self._hash, text)
        self._file.write(written(text, self._hash, payloads))
        self._number += 1

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


def written(text: bytes, chain: str, payloads: Mapping[str, bytes]) -> bytes:
    """The line of an entry: its text, its hash, and what is left of its private layer."""
    tail = b',"hash":"%b"' % chain.encode()
    if payloads:
        coded = {name: base64.b64encode(payload).decode() for name, payload in payloads.items()}
        tail += b',"sealed":%b' % trace.canonical(coded)
    return b"%b%b}\n" % (text[:-1], tail)


@quick(frozen=True, slots=True)
class Tape:
    """A tape that was read and whose chain holds."""

    header: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]
    """Redacted entries, in order."""
    payloads: tuple[Mapping[str, bytes], ...]
    """The encrypted private layers of each entry, by data class, without those that were erased."""
    texts: tuple[bytes, ...]
    """The redacted entries as they were written: what their hashes cover."""

    @property
    def whole(self) -> bool:
        """Whether nothing of the private layers was erased."""
        return all(
            entry.get("seal", {}).keys() == kept.keys()
            for entry, kept in zip(self.entries, self.payloads, strict=True)
        )

    def unsealed(self, key: bytes, *, partly: bool = False) -> Iterator[Mapping[str, Any]]:
        """The entries with their private values; `partly` leaves placeholders for those that were erased.

        Raises:
            TapeError: a sealed payload was erased, or the key is another one.
        """
        for entry, layers in zip(self.entries, self._layers(key, partly=partly), strict=True):
            yield trace.unsealed(entry, _values(layers)) if "seal" in entry else entry

    def steps(self, key: bytes) -> Iterator[tuple[Event, Mapping[str, Any]]]:
        """The events with their entries, ready to be folded again.

        Raises:
            TapeError: an entry cannot be opened, or holds no event.
        """
        for number, entry in enumerate(self.unsealed(key), 1):
            yield _event(entry, number), entry

    def replay(self, domain: Domain, key: bytes) -> trace.Divergence | None:
        """Fold the tape again; None when every step comes out the same, byte for byte.

        What comes of each event is written again as the recorder writes it, and the texts of both layers are
        compared: of a tape that agrees, nothing but the events is opened.

        Raises:
            TapeError: an entry cannot be opened, or holds no event.
        """
        state, classes = DialogueState(), trace.data_classes(domain)
        for number, layers in enumerate(self._layers(key), 1):
            entry, values = self.entries[number - 1], _values(layers)
            private: dict[str, list[Any]] = {}
            event = _event(entry, number, values, private)
            outcome = step(domain, state, event)
            now = trace.rerecord(classes, state, outcome, private)
            same = trace.canonical({**entry, **now}) == self.texts[number - 1]
            if not same or {name: trace.canonical(again) for name, again in private.items()} != layers:
                found = trace.divergence(number, state, outcome, trace.unsealed(entry, values))
                if found is not None:
                    return found
            state = outcome.state
        return None

    def _layers(self, key: bytes, *, partly: bool = False) -> Iterator[dict[str, bytes]]:
        """The private layers of each entry: the text of their values, by data class."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        cipher = AESGCM(key)
        for number, (entry, kept) in enumerate(zip(self.entries, self.payloads, strict=True), 1):
            if not partly and entry.get("seal", {}).keys() != kept.keys():
                message = f"entry {number}: the sealed layer was erased"
                raise TapeError(message)
            try:
                yield {
                    name: cipher.decrypt(payload[:_NONCE_BYTES], payload[_NONCE_BYTES:], None)
                    for name, payload in kept.items()
                }
            except InvalidTag as error:
                message = f"entry {number}: the sealed layer does not open with this key"
                raise TapeError(message) from error


def _values(layers: Mapping[str, bytes]) -> dict[str, list[Any]]:
    return {name: orjson.loads(text) for name, text in layers.items()}


def _event(
    entry: Mapping[str, Any],
    number: int,
    values: Mapping[str, Sequence[Any]] | None = None,
    private: dict[str, list[Any]] | None = None,
) -> Event:
    """The event of an entry; with `values`, what is private is put back first, and kept in `private`."""
    try:
        data = entry["event"]
        event: Event = decode(data if values is None else trace.unsealed(data, values, private))
    except (ValueError, KeyError) as error:
        message = f"entry {number}: {error}"
        raise TapeError(message) from error
    return event


def read_tape(path: Path) -> Tape:
    """Read a tape and check its chain.

    Raises:
        TapeError: a line is broken, missing or was changed.
    """
    return parse_tape(path.read_bytes(), path.name)


def parse_tape(text: bytes, name: str) -> Tape:
    """The tape of a text, its chain checked; `name` is what messages call it.

    Raises:
        TapeError: a line is broken, missing or was changed.
    """
    bodies: list[Mapping[str, Any]] = []
    payloads: list[Mapping[str, bytes]] = []
    texts: list[bytes] = []
    previous = _GENESIS
    for number, line in enumerate(text.splitlines()):
        try:
            data, kept = orjson.loads(line), {}
            claimed = data.pop("hash")
            for kind, payload in data.pop("sealed", {}).items():
                kept[kind] = base64.b64decode(payload, validate=True)
                if sha256(kept[kind]).hexdigest() != data["seal"][kind]:
                    message = f"{name}:{number + 1}: the sealed layer was changed"
                    raise TapeError(message)
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            message = f"{name}:{number + 1}: not a line of a tape"
            raise TapeError(message) from error
        covered = _hashed(line)
        previous = trace.chained(previous, covered)
        if previous != claimed or data.get("n") != number:
            message = f"{name}:{number + 1}: broken chain: a line up to here was changed or removed"
            raise TapeError(message)
        bodies.append(data)
        payloads.append(kept)
        texts.append(covered)
    if not bodies or bodies[0].get("tape") != FORMAT:
        message = f"{name}: not a tape of format {FORMAT}"
        raise TapeError(message)
    return Tape(bodies[0], tuple(bodies[1:]), tuple(payloads[1:]), tuple(texts[1:]))


def _hashed(line: bytes) -> bytes:
    """The part of a line that its hash covers.

    No text in it can end it early: inside one, a quotation mark has a backslash before it.
    """
    return line[: line.rindex(_HASH_KEY)] + b"}"
