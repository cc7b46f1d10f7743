"""run_call(): one call, from the first ring to the last compensation.

Rules of this file:

1. One queue, one reader. Only the reader calls `step`; whatever happens elsewhere becomes an event in the
   queue, and whatever the core asks for is carried out beside it and comes back as an event.
2. Nothing is dropped. An answer that comes too late is told to the core, which undoes it, also after the
   caller has gone.
3. The caller is never left in silence: what takes long is announced, what takes too long is given up, and
   what cannot go on hands over to a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.core.actions import (
    Action,
    Compose,
    HangUp,
    Listen,
    Prepare,
    Request,
    Say,
    Transfer,
    Understand,
    Wait,
)
from engine.core.events import CallEnded, CallStarted, Event, Failed, Heard, TimedOut, Understood
from engine.core.machine import step
from engine.core.safety import Level
from engine.core.state import DialogueState
from telephony.ahead import foresee
from telephony.effects import Effects
from telephony.exchange import Exchange
from telephony.expecting import hints_of
from telephony.line import KeyPressed, LineClosed, LineOpened, MarkReached, SoundArrived
from telephony.manners import Manners
from telephony.recording import Recording, begun
from telephony.settings import Shell
from telephony.speaking import Mouth
from telephony.speech import Hints, SpeechUnavailable
from telephony.timing import Timings
from telephony.waiting import Answer, Question
from telephony.watch import Watch, Watched

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.core.utterance import Transcript
    from engine.text_call import Tape
    from telephony.effects import World
    from telephony.line import Line
    from telephony.speech import Hearing, Recognizer, Synthesizer

_REST_S = 0.05
_GONE = "line"
_USUAL_SILENCE_S = 3.0


@dataclass(frozen=True, slots=True)
class CallResult:
    """A call that is over."""

    state: DialogueState
    timings: Timings
    recording: Recording | None = None


async def run_call(  # noqa: PLR0913 - the parts of a call, and how it is kept
    line: Line,
    recognizer: Recognizer,
    synthesizer: Synthesizer,
    world: World,
    domain: Domain,
    clock: Callable[[], datetime],
    *,
    shell: Shell,
    tape: Callable[[str], Tape | None] | None = None,
    sound: Callable[[str], Path] | None = None,
    record: bool = False,
    language: str | None = None,
) -> CallResult:
    """Take one call; returns when it is over and nothing of it is under way any more.

    `tape` makes the tape of a call by its id. `sound` says where its sound is kept, if the site records and
    the caller agrees. `record` gives back both sides of the sound: of callers who are recordings themselves.

    Raises:
        SpeechUnavailable: no recogniser can be had; the line is closed, and its carrier falls back.
    """
    events = aiter(line.events())
    opened = await anext(events, None)
    if not isinstance(opened, LineOpened):
        await line.aclose()
        return CallResult(DialogueState(), Timings())
    spoken = language if language in domain.languages else domain.languages[0]
    try:
        hearing = await recognizer.open(opened.rate, Hints(spoken))
    except SpeechUnavailable:
        await line.aclose()
        raise
    recording = Recording(opened.rate) if record else begun(domain, opened, sound, shell.tapes)
    call = Call(line, opened, hearing, synthesizer, world, domain, clock, shell, recording)
    call.tape = tape(opened.call) if tape is not None else None
    call.post(CallStarted(clock(), opened.call, opened.number, language))
    shell.ticker.add(call, call.tick)
    shell.live[opened.call] = call.post
    beside = [asyncio.create_task(call.listen_to(events)), asyncio.create_task(call.hear_all())]
    try:
        await call.run()
    finally:
        shell.ticker.remove(call)
        shell.live.pop(opened.call, None)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await call.aclose()
    return CallResult(call.state, call.timings, recording if record else None)


class Call:
    """The one loop of a call."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a call is made of
        self,
        line: Line,
        opened: LineOpened,
        hearing: Hearing,
        synthesizer: Synthesizer,
        world: World,
        domain: Domain,
        clock: Callable[[], datetime],
        shell: Shell,
        recording: Recording | None,
    ) -> None:
        self.state = DialogueState()
        self.timings = Timings()
        self.tape: Tape | None = None
        self._line, self._hearing, self._domain = line, hearing, domain
        self._clock, self._shell, self._world = clock, shell, world
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self._effects = Effects(world, shell, clock, self.post)
        self._mouth = Mouth(synthesizer, opened.rate)
        self._sound = Exchange(
            line, opened.rate, shell, hearing, clock,
            post=self.post, guess=self._guess, timings=self.timings, recording=recording,
        )  # fmt: skip
        self._sound.digits = domain.digits
        self._manners: dict[str, Manners] = {
            code: Manners.of(domain.tables.get(code, {}), domain.digits) for code in domain.languages
        }
        self._language = ""
        self._speak_in(domain.languages[0])
        self._ahead: asyncio.Task[None] | None = None
        self._watch = Watch(domain.waits.working, shell.limits.patience)
        self._closed = False
        self._handed_over = False

    # --- the queue

    def post(self, event: Event) -> None:
        """Something has happened."""
        self._queue.put_nowait(event)

    async def run(self) -> None:
        """Fold events until the call is over and nothing is under way."""
        until: float | None = None
        loop = asyncio.get_running_loop()
        while True:
            if self.state.phase == "ended":
                until = until if until is not None else loop.time() + self._shell.limits.after
                if self._queue.empty() and (not self._effects.busy or loop.time() > until):
                    return
            try:
                async with asyncio.timeout(_REST_S if until is not None else None):
                    event = await self._queue.get()
            except TimeoutError:
                continue
            self._take(event)

    def _take(self, event: Event) -> None:
        before = self.state
        outcome = step(self._domain, before, event)
        self.state = outcome.state
        if self.tape is not None:
            self._shell.tapes.submit(self.tape.write, before, event, outcome)
        if self.state.language != self._language:
            self._speak_in(self.state.language)
        self._sound.follow(self.state)
        if isinstance(event, Understood):
            self.timings.understood(self._sound.now_s(), foreseen=False)
        says = [action for action in outcome.actions if isinstance(action, Say)]
        leaving = any(isinstance(action, Transfer | HangUp) for action in outcome.actions)
        if says and leaving and isinstance(event, Heard):
            self._sound.cut()  # what is said now is more urgent than whatever was being said
        if says:
            self.timings.decided(self._sound.now_s())
        for action in outcome.actions:
            self._act(action, event)
        if says:
            self._mouth.forget(keep=[(self._sound.manners.moment, "neutral", self._language)])

    def _speak_in(self, language: str) -> None:
        self._language = language
        self._sound.manners = self._manners.get(language, Manners())
        if self._sound.manners.moment:
            self._mouth.prepare(self._sound.manners.moment, "neutral", language)

    # --- what the core asks for

    def _act(self, action: Action, event: Event) -> None:
        match action:
            case Say():
                self._say(action)
            case Listen():
                self._sound.ask(Question.of(action.expecting, action.silence_s))
                hints = hints_of(self._domain, self._language, action, self._world.on_file)
                self._hearing.expect(hints)
            case Understand() | Compose():
                self._effects.understand(action, self.state)
            case Request():
                self._effects.request(action, self.state.call)
            case Wait():
                self._effects.wait(action)
            case Prepare():
                self._sound.cut()
                if isinstance(event, Heard):
                    self._sound.judge(event.transcript.text, Answer.WHOLE, urgent=True)
            case Transfer():
                urgent = self.state.level <= Level.L1
                ready = self._at_once if urgent else self._when_told
                self._effects.transfer(self.state.call, action, self._line.control, ready, warm=urgent)
            case HangUp():
                self._effects.start(self._hang_up())
            case _:
                pass

    def _say(self, action: Say) -> None:
        rendering = self._mouth.take(action.text, action.style, self._language)
        self._sound.begin(action.id, action.barge_in, action.text)
        self._effects.start(self._speak(action, rendering))

    async def _speak(self, action: Say, rendering: Any) -> None:
        try:
            failure = await self._sound.speak(action.id, rendering, self._domain.waits.in_all)
        except SpeechUnavailable as error:
            failure = error.kind
        if failure or not rendering.chunks:
            self._sound.unspoken(action.id)
            self._hand_over("voice", failure or "empty")

    def _hand_over(self, what: str, kind: str) -> None:
        """A part of ours does not work any more: a person must take over. Said once a call."""
        if not self._handed_over:
            self._handed_over = True
            self.post(Failed(self._clock(), f"policy:{what}", kind=kind))

    async def _at_once(self) -> None:
        return None

    async def _when_told(self) -> None:
        await self._sound.parted(self._shell.limits.parting)

    async def _hang_up(self) -> None:
        await self._sound.parted(self._shell.limits.parting)
        control = self._line.control
        if control is not None and not self._closed:
            await control.hang_up()
        if not self._closed:
            self._close("us")
            self._line.send(self._line.stream.close())

    # --- thinking ahead

    def _guess(self, transcript: Transcript) -> None:
        if self._ahead is not None:
            self._ahead.cancel()
        self._ahead = asyncio.get_running_loop().create_task(self._foresee(transcript))

    async def _foresee(self, transcript: Transcript) -> None:
        state = self.state
        if state.phase != "talking" or state.understanding is not None:
            return
        found = await foresee(self._domain, state, transcript, self._clock(), self._effects.foreseen)
        for say in found.says:
            self._mouth.prepare(say.text, say.style, found.language)
        self._sound.judge(transcript.text, found.answer)

    # --- what comes from outside

    async def listen_to(self, events: Any) -> None:
        """Take what the line says until it is closed."""
        by, sound = _GONE, self._sound
        try:
            async for event in events:
                match event:
                    case SoundArrived():
                        sound.sound(event.pcm)
                    case KeyPressed():
                        sound.key(event.digit)
                    case MarkReached():
                        sound.mark(event.name, cleared=event.cleared)
                    case LineClosed():
                        by = event.by
        finally:
            self._close(by)

    async def hear_all(self) -> None:
        """Take what the recogniser says until it is closed."""
        async for event in self._hearing.events():
            self._sound.hear(event)

    # --- nobody waits in silence

    def tick(self) -> None:
        """20 ms have passed."""
        if self._closed:
            return
        sound = self._sound
        sound.tick()
        now, limits = sound.now_s(), self._shell.limits
        if sound.sound_s is not None and now - sound.sound_s > limits.lost:
            self._close(_GONE)
            return
        match self._watch.look(now, sound, self.state, working=bool(self._effects.working)):
            case Watched.SILENT:
                self._fill()
            case Watched.TOO_LONG:
                self._give_up()
            case Watched.FORGOTTEN if self.state.asking is not None:
                sound.ask(Question.of(self.state.asking, _USUAL_SILENCE_S))
            case _:
                pass

    def _fill(self) -> None:
        """Say that we are still there, in our voice if it can be had."""
        self.timings.fillers += 1
        moment = self._sound.manners.moment
        chunks = self._mouth.prepare(moment, "neutral", self._language).chunks if moment else []
        known = chunks and self.state.phase != "transferring"
        self._sound.interject(-self.timings.fillers, b"".join(chunks) if known else b"")

    def _give_up(self) -> None:
        """What we wait for does not come: go on with what the pack assumes, in the end with a person."""
        waited, at = tuple(self._effects.working), self._clock()
        self._effects.working.clear()
        for what in waited:
            service = what.startswith("request:")
            self.post(TimedOut(at, what) if service else Failed(at, what, kind="slow"))
        if not waited:
            self._hand_over("silence", "slow")

    def _close(self, by: str) -> None:
        """Nobody is on the line any more; said once."""
        if not self._closed:
            self._closed = True
            self._sound.cut()
            self.post(CallEnded(self._clock(), by))

    async def aclose(self) -> None:
        """Let go of everything."""
        self._closed = True
        if self._ahead is not None:
            self._ahead.cancel()
        self._mouth.forget()
        self._sound.close()
        self._world.over(self.state.call)
        await self._effects.aclose()
        await self._hearing.aclose()
        await self._line.aclose()
        if self.tape is not None:
            await asyncio.get_running_loop().run_in_executor(self._shell.tapes, self.tape.close)
