"""The sound of one call: line, ears, voice, and the floor between them; events for the core come out.

Everything here happens on the loop's thread, in the order in which it happened, so nothing is locked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from engine.core.events import BargedIn, Event, FellSilent, Heard, Keyed, Spoken
from engine.core.privacy import REMOVED, discreet, is_card, is_identity_code
from telephony.audio import FRAME_S, seconds, tone
from telephony.floor import (
    Asked,
    Consequence,
    Ended,
    Finish,
    Floor,
    Guess,
    Happening,
    Hush,
    Ignored,
    Interrupt,
    Judged,
    Key,
    Mentioned,
    NobodySpoke,
    Pressed,
    Quiet,
    Resume,
    Speaking,
    Tick,
    Voice,
    Words,
)
from telephony.playing import Player, Started
from telephony.speech import Mendable, Recognized, SpeechEvent, SpeechFailed, TurnEnded
from telephony.tidy import tidied
from telephony.turns import take_turn
from telephony.vad import WINDOW_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.core.state import DialogueState
    from engine.core.utterance import Transcript
    from telephony.line import Line
    from telephony.manners import Manners
    from telephony.recording import Recording
    from telephony.settings import Shell
    from telephony.speaking import Rendering
    from telephony.speech import Hearing
    from telephony.timing import Timings
    from telephony.waiting import Answer, Question


_BEEP = (440.0, 0.25)
"""What is heard when no voice can be had: Hz and seconds."""
SPEECH = 0.5
"""A window that is at least so likely speech counts as such."""
BEFORE_S = 0.3
"""A recogniser's words begin a little before it says so."""


class Exchange:
    """One call's sound."""

    def __init__(  # noqa: PLR0913 - what the sound of a call is made of
        self,
        line: Line,
        rate: int,
        shell: Shell,
        hearing: Hearing,
        clock: Callable[[], datetime],
        *,
        post: Callable[[Event], None],
        guess: Callable[[Transcript], None],
        timings: Timings,
        recording: Recording | None,
    ) -> None:
        self._line, self.rate, self._hearing, self._clock = line, rate, hearing, clock
        self._post, self._guess, self._timings, self._recording = post, guess, timings, recording
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self.digits: Mapping[str, str] = {}
        self.manners: Manners
        self.floor = Floor()
        self._asked: Question | None = None
        """What is being asked in words that are still to be heard."""
        self._lag_s = 0.0
        """By how much the line's sound is behind our clock."""
        self._arrived_s = 0.0
        self._words_s: float | None = None
        """Since when the caller says what is not yet a turn."""
        self._keys_s: float | None = None
        """Since when keys are pressed that are not yet an answer."""
        self._unheard_s = 0.0
        """Speech since the last words."""
        self._deaf_s = shell.limits.deaf
        self.sound_s: float | None = None
        """When sound last came from the line."""
        self._detection = shell.detector.open(rate, self._activity)
        record = recording.ours if recording is not None else None
        self.player = Player(line.stream, line.send, rate, record)

    def now_s(self) -> float:
        """Seconds since the line was opened."""
        return self._loop.time() - self._began

    # --- what comes from the line and the ears

    def sound(self, pcm: bytes) -> None:
        """The caller's sound."""
        now = self.now_s()
        if self._recording is not None:
            self._recording.theirs(pcm, now)
        self._arrived_s += seconds(pcm, self.rate)
        self.sound_s = now
        self._lag_s = now - self._arrived_s
        self._hearing.push(pcm)
        self._detection.push(pcm)

    def _activity(self, probability: float, level_db: float, end_s: float) -> None:
        self.happen(Voice(end_s + self._lag_s, probability, level_db, WINDOW_S))
        if probability >= SPEECH and self.player.idle:  # our own echo is nobody's speech
            self._unheard_s += WINDOW_S
            if self._unheard_s > self._deaf_s:
                self._unheard_s, self._deaf_s = 0.0, 2 * self._deaf_s
                if isinstance(self._hearing, Mendable):
                    self._hearing.doubt()

    def key(self, digit: str) -> None:
        """A telephone key."""
        self._keys_s = self.now_s() if self._keys_s is None else self._keys_s
        self.happen(Key(self.now_s(), digit))

    def mark(self, name: str, *, cleared: bool) -> None:
        """The line has come so far."""
        self.player.ledger.marked(name, self.now_s(), cleared=cleared)
        self._progress()

    def hear(self, event: SpeechEvent) -> None:
        """The recogniser has something to say."""
        match event:
            case Recognized():
                words = tidied(event.transcript, self.manners, self.floor.question.profile)
                known = discreet(words, self.digits)
                if words.text:
                    self._unheard_s = 0.0
                if self._words_s is None:
                    self._words_s = event.from_s + self._lag_s
                if known != words:
                    self._blot(self._words_s)
                self.happen(Words(self.now_s(), known, event.to_s + self._lag_s))
            case TurnEnded(eager=True) if self.floor.text:
                self._guess(self.floor.transcript)
            case SpeechFailed():
                self._post_failure("recogniser", event.kind)
            case _:
                pass

    def _post_failure(self, what: str, kind: str) -> None:
        from engine.core.events import Failed

        self._post(Failed(self._clock(), f"policy:{what}", kind=kind))

    # --- the floor

    def happen(self, happening: Happening) -> None:
        """Fold a happening into the floor and do what follows."""
        self.floor, out = take_turn(self.floor, self.manners, happening)
        for consequence in out:
            self._follow(consequence)

    def ask(self, question: Question) -> None:
        """We wait for the caller, from the end of our own words on."""
        self._asked = None if self.player.idle else question
        self.happen(Asked(self.now_s(), question, now=self.player.idle))

    def judge(self, text: str, answer: Answer, *, urgent: bool = False) -> None:
        """Understanding has an opinion about the words so far."""
        self.happen(Judged(self.now_s(), text, answer, urgent))
        self.happen(Tick(self.now_s()))

    def _follow(self, consequence: Consequence) -> None:
        match consequence:
            case Hush():
                self.player.hold(self.now_s())
                if self._recording is not None:
                    self._recording.cut(self.now_s())
            case Resume():
                self.player.resume()
            case Interrupt():
                self.cut()
            case Mentioned():
                self._post(Heard(self._clock(), self._discreet(consequence.transcript)))
            case Guess():
                self._guess(consequence.transcript)
            case Finish():
                self._hearing.finish_turn()
            case Ended():
                self._timings.turn_ended(self.now_s(), consequence)
                self._post(Heard(self._clock(), self._discreet(consequence.transcript)))
                self._words_s = None
            case NobodySpoke():
                self._post(FellSilent(self._clock()))
            case Pressed(digits=digits):
                secret = is_card(digits) or is_identity_code(digits)
                self._timings.turn_ended(self.now_s(), Ended(self.floor.transcript, "keys", 0.0))
                if secret:
                    self._blot(self._keys_s)  # a telephone's keys can be heard
                self._keys_s = None
                self._post(Keyed(self._clock(), REMOVED if secret else digits))
            case Ignored():
                self._timings.ignored(consequence.why)

    def _discreet(self, transcript: Transcript) -> Transcript:
        """The words of a whole turn: a number may have come in parts, none of which was one."""
        known = discreet(transcript, self.digits)
        if known != transcript:
            self._blot(self._words_s)
        return known

    def _blot(self, from_s: float | None) -> None:
        """Keep no sound of what must not be kept."""
        if self._recording is not None and from_s is not None:
            self._recording.blot(from_s - BEFORE_S, self.now_s())

    def follow(self, state: DialogueState) -> None:
        """The call has come so far: the caller may have agreed to be recorded, or not any more."""
        if self._recording is not None:
            self._recording.follow(state, self.now_s())

    # --- our side

    def begin(self, say: int, policy: str, text: str) -> None:
        """A prompt comes next; until it was heard the caller owes no answer."""
        if self.floor.armed_s is not None:
            self._asked = self.floor.question
            self.happen(Asked(self.now_s(), self.floor.question, now=False))
        self.player.begin(say, policy, text)

    async def speak(self, say: int, rendering: Rendering, limit_s: float) -> str:
        """Feed a rendering to the player as it comes; the kind of failure, or an empty text.

        Raises:
            SpeechUnavailable: the voice failed, or nothing came for `limit_s`.
        """
        sound = rendering.sound()
        while True:
            try:
                async with asyncio.timeout(limit_s):
                    pcm = await anext(sound)
            except StopAsyncIteration:
                break
            except TimeoutError:
                return "slow"
            self._sounding(self.player.feed(say, pcm, self.now_s()))
        self.player.end(say)
        self._sounding(self.player.pump(self.now_s()))
        return ""

    def unspoken(self, say: int) -> None:
        """A prompt's sound will not come."""
        heard = self.player.drop(say, self.now_s())
        self._post(Spoken(self._clock(), say, heard.share))

    def interject(self, say: int, pcm: bytes) -> None:
        """Say something of our own; a beep when there is no sound of it."""
        self._sounding(self.player.interject(say, pcm or tone(*_BEEP, self.rate), self.now_s()))

    def cut(self) -> None:
        """Stop whatever we say; what was heard of it is told."""
        for heard in self.player.stop(self.now_s()):
            if heard.say > 0 and heard.share >= 1.0:
                self._post(Spoken(self._clock(), heard.say))
            elif heard.say > 0:
                self._post(BargedIn(self._clock(), heard.say, heard.share))
        if self._recording is not None:
            self._recording.cut(self.now_s())
        self._progress()

    def tick(self) -> None:
        """20 ms have passed."""
        now = self.now_s()
        if self._recording is not None:
            self._recording.tick(now)
        self._sounding(self.player.pump(now))
        self._progress()
        self.happen(Tick(now))

    def _sounding(self, started: list[Started]) -> None:
        for item in started:
            if item.say > 0:
                self._timings.sounded(self.now_s())
            self.happen(Speaking(self.now_s(), item.policy))

    def _progress(self) -> None:
        now = self.now_s()
        for heard in self.player.ledger.heard(now):
            if heard.say > 0:
                self._post(Spoken(self._clock(), heard.say))
        if self.floor.policy is not None and self.player.fell_silent(now):
            self.happen(Quiet(now))
        if self._asked is not None and self.player.idle:
            self.ask(self._asked)

    async def parted(self, limit_s: float) -> None:
        """Wait until everything was heard and the caller does not speak."""
        until = self.now_s() + limit_s
        # The floor is folded by ticks, and each of them may be the one.
        while self.now_s() < until and not (self.player.idle and not self.floor.run_s):  # noqa: ASYNC110
            await asyncio.sleep(FRAME_S)

    def close(self) -> None:
        """Nothing more will be heard."""
        self._detection.close()
        if self._recording is not None:
            self._recording.close()
