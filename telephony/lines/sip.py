"""A SIP trunk or a telephone straight to us, over baresip (`baresip-python`, pinned: it is an alpha).

The stack has one thread for all calls of a process and keeps RTP, codecs and its own buffers; towards us it
is one more far side with messages: sound, and a few words as JSON. What we write is sent as it comes, so the
line is paced, and an interruption empties the stack's buffer, which costs at most the frame on its way.

The stack bundles an OpenSSL that is out of support: let a proxy at the edge end TLS and SRTP.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from telephony.line import KeyPressed, LineClosed, LineEvent, LineOpened, Message, SoundArrived
from telephony.lines.keys import KEYS

RATE = 8000
"""We offer G.711 only: what every trunk speaks, and what recognisers are told."""
_FRAME_S = 0.02
_READ = 1 << 14
_NUMBER = re.compile(r"sips?:(\+\d{6,15})@")
_ANSWER_S = 10.0
_OUTCOMES: Mapping[int, str] = {
    408: "no_answer", 480: "no_answer", 487: "no_answer", 486: "busy", 600: "busy", 603: "declined",
    607: "declined",
}  # fmt: skip
"""What a SIP status of a leg that did not come about means; the rest is `failed`."""


class SipStream:
    """One call as messages of the stack: a `telephony.line.MediaStream`."""

    paced = True

    def __init__(self) -> None:
        self._opened = False
        self._closed = False

    def receive(self, message: Message) -> list[LineEvent]:
        """Read one message."""
        if self._closed:
            return []
        if isinstance(message, bytes):
            if not self._opened:
                return self._close("line", "before_start")
            return self._close("line", "broken_frame") if len(message) % 2 else [SoundArrived(message)]
        try:
            data = orjson.loads(message)
        except orjson.JSONDecodeError:
            return self._close("line", "broken_frame")
        return self._control(data) if isinstance(data, dict) else self._close("line", "broken_frame")

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """Sound as it is."""
        return (pcm,) if self._opened and not self._closed and pcm else ()

    def mark(self, name: str) -> Sequence[Message]:
        """Nothing: what was sent was played, so the clock tells."""
        return ()

    def clear(self) -> Sequence[Message]:
        """Empty the stack's buffer."""
        return ('{"command":"flush"}',) if self._opened and not self._closed else ()

    def close(self) -> Sequence[Message]:
        """Hang up."""
        if self._closed:
            return ()
        self._closed = True
        return ('{"command":"hangup"}',)

    def _control(self, data: Mapping[str, Any]) -> list[LineEvent]:
        match data.get("event"):
            case "start":
                call = data.get("call")
                if self._opened or not isinstance(call, str) or not call:
                    return self._close("line", "second_start" if self._opened else "broken_frame")
                self._opened = True
                peer = str(data.get("peer") or "")
                number = _NUMBER.match(peer)
                return [LineOpened(call, RATE, number[1] if number else None, {"peer": peer})]
            case "dtmf":
                digit = str(data.get("digit", "")).upper()
                if not self._opened or digit not in KEYS:
                    return self._close("line", "broken_frame" if self._opened else "before_start")
                return [KeyPressed(digit)]
            case "closed":
                return self._close("caller", "hangup")
            case _:
                return []

    def _close(self, by: str, reason: str) -> list[LineEvent]:
        self._closed = True
        return [LineClosed(by, reason)]


class SipPort:
    """A call of the stack as a socket of messages: a `telephony.lines.sockets.Port`."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self._messages.put_nowait(_word("start", call=str(call.call_id), peer=str(call.peer)))
        self._reader = asyncio.create_task(self._read(), name="sip reader")
        call.on(self._happened)
        call.on_dtmf(lambda digit: self._messages.put_nowait(_word("dtmf", digit=digit.digit)))

    async def receive(self) -> Message | None:
        """The next message."""
        return await self._messages.get()

    def send(self, message: Message) -> None:
        """Sound for the far side, or a word for the stack."""
        from baresip import AudioNotActive, AudioRestarted

        with suppress(AudioNotActive, AudioRestarted):  # between two media sessions nobody hears anything
            if isinstance(message, bytes):
                self._call.audio.write(message)
            elif "flush" in message:
                self._call.audio.flush_tx()

    def unsent(self) -> int:
        """Nothing: what does not fit into the stack's buffer is dropped by it."""
        return 0

    def stalled(self) -> bool:
        """Never: RTP waits for nobody."""
        return False

    async def close(self, code: int, reason: str) -> None:
        """Hang up; a call that has ended already is no error."""
        from baresip import BaresipError

        self._reader.cancel()
        self._call.off(self._happened)
        if self._call.state.value != "closed":
            with suppress(BaresipError):
                await self._call.hangup()

    def _happened(self, event: Any) -> None:
        if event.event.name == "CALL_CLOSED":
            self._messages.put_nowait(_word("closed"))

    async def _read(self) -> None:
        """Bring over what the caller said since the last look."""
        from baresip import AudioNotActive, AudioRestarted

        while True:
            with suppress(AudioNotActive, AudioRestarted):
                if pcm := self._call.audio.read(_READ):
                    self._messages.put_nowait(pcm)
            await asyncio.sleep(_FRAME_S)


def _word(event: str, **values: str) -> str:
    return orjson.dumps({"event": event, **values}).decode("utf-8")


Whisper = Callable[[Mapping[str, Any]], Awaitable[bytes]]
"""The sound that tells a person who is waiting, 16-bit at 8 kHz."""


class SipControl:
    """Call control of one call: a `telephony.line.LineControl`.

    Cold is a REFER: the exchange dials, and when nobody answers the caller is still with us. Warm calls the
    person ourselves, says who is waiting, and joins the two when a 1 is pressed.
    """

    def __init__(
        self, call: Any, agent: Any, domain: str, *, ring_s: float = 25.0, whisper: Whisper | None = None
    ) -> None:
        """`domain`: where numbers are dialled. `whisper`: without its sound no key is asked for."""
        self._call = call
        self._agent = agent
        self._domain = domain
        self._ring_s = ring_s
        self._whisper = whisper

    async def transfer(self, number: str, summary: Mapping[str, Any], *, warm: bool) -> str:
        """Put the caller through; the typed outcome."""
        from baresip import BaresipError, StaleHandleError

        target = f"sip:{number}@{self._domain}"
        try:
            return await (self._warm(target, summary) if warm else self._cold(target))
        except StaleHandleError:
            return "caller_left"
        except BaresipError:
            return "caller_left" if self._call.state.value == "closed" else "failed"

    async def hang_up(self) -> None:
        """End the call; one that has ended already is no error."""
        from baresip import StaleHandleError

        with suppress(StaleHandleError):
            await self._call.hangup()

    async def _cold(self, target: str) -> str:
        from baresip import TransferFailed

        try:
            await self._call.transfer(target, timeout=self._ring_s)
        except TransferFailed as failed:
            return self._why(failed.status)
        return "answered"

    async def _warm(self, target: str, summary: Mapping[str, Any]) -> str:
        from baresip import BaresipError, CallFailed, TransferFailed

        leg = await self._agent.dial(target)
        # Worded while it rings, so that whoever picks up does not hear silence first.
        whispered = asyncio.ensure_future(self._whisper(summary)) if self._whisper is not None else None
        keys: asyncio.Queue[str] = asyncio.Queue()
        leg.on_dtmf(lambda digit: keys.put_nowait(digit.digit))
        try:
            await leg.wait_established(self._ring_s)
            sound = await whispered if whispered is not None else b""
            if sound and not await self._accepted(leg, keys, sound):
                return "declined"
            await self._call.attended_transfer(leg)
        except TransferFailed as failed:
            with suppress(BaresipError):
                await self._call.resume()
            return self._why(failed.status)
        except CallFailed as failed:
            return self._why(failed.status)
        finally:
            if whispered is not None:
                whispered.cancel()
            if leg.state.value != "closed":
                with suppress(BaresipError):
                    await leg.hangup()
        return "answered"

    async def _accepted(self, leg: Any, keys: asyncio.Queue[str], sound: bytes) -> bool:
        """Play the whisper, and wait for a key; only a 1 takes the call."""
        from baresip import AudioNotActive, AudioRestarted

        size = int(RATE * _FRAME_S) * 2
        for place in range(0, len(sound), size):
            with suppress(AudioNotActive, AudioRestarted):
                leg.audio.write(sound[place : place + size])
            if not keys.empty():
                break
            await asyncio.sleep(_FRAME_S)
        try:
            async with asyncio.timeout(_ANSWER_S):
                return await keys.get() == "1"
        except TimeoutError:
            return False

    def _why(self, status: int | None) -> str:
        if self._call.state.value == "closed" and status is None:
            return "caller_left"
        return _OUTCOMES.get(status or 0, "no_answer" if status is None else "failed")


@dataclass(frozen=True, slots=True)
class SipAddress:
    """Where and as whom we take calls."""

    user: str
    """The user part that callers dial; any other is answered 404 by the stack."""
    domain: str
    listen: str = "127.0.0.1:5060"
    """Address and port of SIP; RTP uses the same address."""
    password: str = ""
    register: bool = False
    auth_user: str | None = None
    most_calls: int = 50
    silence_s: int = 20
    """A call without any RTP for so long is over."""
    register_s: float = 10.0
    """For the registrar's answer."""


class SipTrunk:
    """The one stack of a process; every call that comes in is handed to `take`."""

    def __init__(self, address: SipAddress, take: Callable[[Any], Awaitable[None]]) -> None:
        """`take` gets a call of the stack that has not been answered."""
        self._address = address
        self._take = take
        self._tasks: set[asyncio.Task[None]] = set()
        self._runtime: Any = None
        self.agent: Any = None

    async def start(self) -> None:
        """Listen, and register where that is wanted.

        Raises:
            ConnectionError: the address cannot be used, or the registrar refuses.
        """
        from baresip import Account, BaresipError, Config, Runtime, UserAgent

        told = self._address
        host = told.listen.rpartition(":")[0]
        config = Config(
            net_interface=host,
            max_concurrent_calls=told.most_calls * 2,  # a warm transfer needs a second leg
            rtp_timeout=told.silence_s,
            extra_config_text=f"sip_listen\t{told.listen}\n",
        )
        account = Account(
            told.user,
            told.domain,
            told.password,
            reg_interval=600 if told.register else 0,
            auth_user=told.auth_user,
        )
        self._runtime = Runtime()
        try:
            await self._runtime.start(config)
            self.agent = await UserAgent.create(self._runtime, account, transfer_policy="reject")
            if told.register:
                await self.agent.register(timeout=told.register_s)
        except BaresipError as refused:
            await self._runtime.close()
            raise ConnectionError(f"SIP cannot be had at {told.listen}: {type(refused).__name__}") from None
        self.agent.on_incoming(self._incoming)

    async def stop(self) -> None:
        """End all calls and the stack."""
        if self._runtime is not None:
            await self._runtime.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _incoming(self, call: Any) -> None:
        task = asyncio.ensure_future(self._take(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def answered(call: Any) -> bool:
    """Pick up; False when the caller was gone before."""
    from baresip import BaresipError

    try:
        await call.answer()
        await call.wait_established(_ANSWER_S)
    except BaresipError:
        return False
    return True


async def refused(call: Any) -> None:
    """Say that we are busy; the exchange knows whom to ring instead."""
    from baresip import BaresipError

    if call.state.value == "incoming":
        with suppress(BaresipError):
            await call.reject()
