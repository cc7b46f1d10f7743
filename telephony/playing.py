"""Sending our sound to the line at the pace of speech, and knowing what of it was heard.

A paced line plays what it gets, so it gets a frame each 20 ms; a line with a play buffer is kept a
third of a second ahead, no further, so that little is thrown away when the caller interrupts. One ticker
serves all calls of a process: a timer a call would cost ten times as much.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from telephony.audio import FRAME_S, frame_bytes, seconds
from telephony.heard import HeardTo, Ledger
from telephony.line import MediaStream, Message

PACED_LEAD_S, BUFFERED_LEAD_S = 0.02, 0.3
"""How far ahead of its sounding a frame is sent."""
BETWEEN_S = 0.18
"""Silence between two prompts."""
MARK_S = 0.5
"""A buffered line is asked this often how far it has come."""


class Ticker:
    """Calls back every 20 ms, for all calls of a process."""

    def __init__(self) -> None:
        self._calls: dict[object, Callable[[], None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next_s = 0.0

    def add(self, key: object, tick: Callable[[], None]) -> None:
        """Call back from now on."""
        self._calls[key] = tick
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._next_s = loop.time() + FRAME_S
            self._timer = loop.call_at(self._next_s, self._tick)

    def remove(self, key: object) -> None:
        """Call back no more."""
        self._calls.pop(key, None)
        if not self._calls and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        # A tick that comes late is not followed by a burst of others.
        self._next_s = max(self._next_s + FRAME_S, loop.time())
        self._timer = loop.call_at(self._next_s, self._tick)
        for tick in tuple(self._calls.values()):
            tick()


@dataclass(slots=True)
class _Prompt:
    say: int
    policy: str
    text: str
    sound: bytearray = field(default_factory=bytearray)
    at: int = 0
    """Bytes of it that were sent."""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """A prompt's first sound has left."""

    say: int
    policy: str


class Player:
    """Our side of one call."""

    def __init__(
        self,
        stream: MediaStream,
        send: Callable[[Sequence[Message]], None],
        rate: int,
        record: Callable[[bytes, float], None] | None = None,
    ) -> None:
        """`record` gets every frame with the time at which it sounds."""
        self._stream, self._send, self._rate, self._record = stream, send, rate, record
        self._frame = frame_bytes(rate)
        self._lead_s = PACED_LEAD_S if stream.paced else BUFFERED_LEAD_S
        self._queue: deque[_Prompt] = deque()
        self._sent: dict[int, _Prompt] = {}
        """Prompts that were sent to their end and have not yet been heard to it."""
        self._until_s = 0.0
        self._marks = 0
        self._since_mark_s = 0.0
        self._sounding: int | None = None
        """The prompt that sounds, or did last."""
        self.ledger = Ledger(marked=not stream.paced)
        self.held = False
        """The prompt is being held back."""

    @property
    def idle(self) -> bool:
        """Nothing sounds, is on its way, or is waited for."""
        return not self._queue and not self.ledger.open

    def fell_silent(self, at_s: float) -> bool:
        """Whether nothing sounds any more, be it the end or only for want of more sound."""
        if not self.idle and not (self.waiting and self.ledger.left_s(at_s) <= 0.0):
            return False
        self._sounding = None
        return True

    @property
    def waiting(self) -> bool:
        """A prompt should sound and does not, because its sound is not there yet."""
        return bool(self._queue) and not self.held and self._queue[0].at >= len(self._queue[0].sound)

    def begin(self, say: int, policy: str, text: str) -> None:
        """A prompt comes after those that are queued."""
        self._queue.append(_Prompt(say, policy, text))
        self.ledger.prepared(say, 0.0)

    def feed(self, say: int, pcm: bytes, at_s: float) -> list[Started]:
        """A piece of a prompt's sound is there; the first in line leaves at once, not at the next tick."""
        for prompt in self._queue:
            if prompt.say == say:
                prompt.sound += pcm
                self.ledger.prepared(say, seconds(pcm, self._rate))
                return self.pump(at_s) if prompt is self._queue[0] else []
        return []

    def interject(self, say: int, pcm: bytes, at_s: float) -> list[Started]:
        """Say something of our own before whatever is queued: that we are still there."""
        prompt = _Prompt(say, "at_once", "", bytearray(pcm), whole=True)
        self._queue.appendleft(prompt)
        self.ledger.prepared(say, seconds(pcm, self._rate), whole=True)
        return self.pump(at_s)

    def end(self, say: int) -> None:
        """The sound of a prompt is complete."""
        for prompt in self._queue:
            if prompt.say == say:
                prompt.whole = True
                self.ledger.prepared(say, 0.0, whole=True)

    def pump(self, at_s: float) -> list[Started]:
        """Send what is due; the prompts that begin to sound with it."""
        started: list[Started] = []
        if self.held:
            return started
        self._until_s = max(self._until_s, at_s)
        while self._queue and self._until_s - at_s < self._lead_s:
            prompt = self._queue[0]
            if prompt.at >= len(prompt.sound):
                if not prompt.whole:
                    break
                self._finished(at_s)
                continue
            if len(prompt.sound) - prompt.at < self._frame and not prompt.whole:
                break
            if prompt.say != self._sounding:
                self._sounding = prompt.say
                started.append(Started(prompt.say, prompt.policy))
            self._frame_of(prompt, at_s)
        return started

    def _frame_of(self, prompt: _Prompt, at_s: float) -> None:
        piece = bytes(prompt.sound[prompt.at : prompt.at + self._frame])
        prompt.at += len(piece)
        length = seconds(piece, self._rate)
        self._since_mark_s += length
        last = prompt.whole and prompt.at >= len(prompt.sound)
        self._out(piece.ljust(self._frame, b"\0"), at_s)
        if not self._stream.paced and (last or self._since_mark_s >= MARK_S):
            self._mark(prompt.say, length, at_s)
        else:
            self.ledger.sent(prompt.say, length, at_s)

    def _mark(self, say: int, length_s: float, at_s: float) -> None:
        self._marks += 1
        self._since_mark_s = 0.0
        self.ledger.sent(say, length_s, at_s, f"m{self._marks}")
        self._send(self._stream.mark(f"m{self._marks}"))

    def _out(self, frame: bytes, at_s: float) -> None:
        if self._record is not None:
            self._record(frame, max(at_s, self._until_s))
        self._send(self._stream.sound(frame))
        self._until_s += FRAME_S

    def _finished(self, at_s: float) -> None:
        """The first prompt has been sent; a breath, and then the next."""
        prompt = self._queue.popleft()
        self._sent = {say: item for say, item in self._sent.items() if say in self.ledger.open}
        self._sent[prompt.say] = prompt
        if self._since_mark_s and not self._stream.paced:
            self._mark(prompt.say, 0.0, at_s)
        if self._queue:
            for _ in range(round(BETWEEN_S / FRAME_S)):
                self.ledger.pause(FRAME_S, at_s)
                self._out(bytes(self._frame), at_s)

    def hold(self, at_s: float) -> None:
        """Stop sounding, and keep the rest."""
        self.held = True
        self._clear(at_s)

    def resume(self) -> None:
        """Go on where the sound stopped."""
        self.held = False

    def stop(self, at_s: float) -> list[HeardTo]:
        """Stop for good; what was heard of each prompt that was not heard to its end."""
        self.held = False
        done = self.ledger.heard(at_s)
        self._clear(at_s)
        shares = {prompt.say: _share(prompt, self._rate) for prompt in self._queue}
        self._queue.clear()
        return done + [self.ledger.drop(say, at_s, shares.get(say, 1.0)) for say in self.ledger.open]

    def drop(self, say: int, at_s: float) -> HeardTo:
        """A prompt's sound will never come: go on with the next."""
        self._queue = deque(prompt for prompt in self._queue if prompt.say != say)
        return self.ledger.drop(say, at_s)

    def _clear(self, at_s: float) -> None:
        self._send(self._stream.clear())
        positions = self.ledger.clear(at_s)
        self._until_s = at_s
        self._since_mark_s = 0.0
        self._queue.extendleft(
            prompt for say, prompt in reversed(self._sent.items()) if positions.get(say) is not None
        )
        self._sent.clear()
        for prompt in self._queue:
            if prompt.say in positions:
                prompt.at = min(len(prompt.sound), 2 * round(positions[prompt.say] * self._rate))


_SECONDS_A_LETTER = 1 / 14.0


def _share(prompt: _Prompt, rate: int) -> float:
    """How much of a prompt's text its sound so far holds; speech has some fourteen letters a second."""
    if prompt.whole or not prompt.text:
        return 1.0
    expected = max(1e-3, len(prompt.text) * _SECONDS_A_LETTER)
    return min(1.0, seconds(bytes(prompt.sound), rate) / expected)
