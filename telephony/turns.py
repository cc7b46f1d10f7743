"""take_turn(): who has the floor. Pure: no clock, no sound, no words of any language.

Rules of this file:

1. Words decide. Voice alone holds a prompt back for a moment, and only words interrupt it; a cough
   or a passing car is followed by the rest of the sentence.
2. A prompt says how it may be interrupted: `never`, `after_words`, or `at_once`. Whatever it says, the
   words are passed on at once, so an emergency is heard over any prompt.
3. "Mhm" is not a turn while we speak. Begun as our sentence ends it is an answer.
4. The question decides how long to wait for more (`waiting.py`), and a recogniser that owes us its
   final words has a limit of ours: then what it last said counts.
5. Nothing waits for ever: babble ends when its words stop changing, noise when it has gone on too long.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from engine.core.utterance import Hypothesis, Transcript
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
from telephony.manners import Manners
from telephony.waiting import wait_s

SPEECH, STILL_SPEECH = 0.5, 0.35
"""Probability from which a window is voice; and, once there is voice, from which it still is."""
HUSH_S = 0.13
"""Voice without a pause that holds a prompt back."""
RESUME_S, RESUME_AFTER_WORDS_S = 0.6, 0.3
"""Silence after which a prompt that was held back goes on: without any words, and after a backchannel."""
DOUBT_S = 2.5
"""A prompt is not held back longer than this by voice without words."""
GUESS_S = 0.06
"""Silence after which the turn may be over."""
COVERED_LIMIT_S, FINAL_LIMIT_S = 0.15, 0.7
"""How long final words may take: when the partial already covers all the sound, and when it does not."""
STABLE_S = 1.0
"""Beyond the wait: voice goes on, but its words have not changed for this long, so it is not the caller's."""
LONGEST_S = 30.0
NOISE_S = 8.0
"""Voice without a word that is reported as a turn of which nothing was understood."""
TAIL_S = 0.6
"""A backchannel begun this shortly before our end is an answer."""
QUIETER_DB = 18.0
"""Voice this much below the caller's own is somebody else's."""
URGENT_S, URGENT_STABLE_S = 0.12, 0.8
"""After words of danger: silence that ends the turn, and how long unchanged words do while voice goes on."""
KEY_GAP_S, SAME_KEY_S = 2.5, 0.05
"""Between two keys of one number; and the time within which a key that arrives twice is one."""
_BEGIN_S = 0.06
_KNOWN_S = 0.6
"""Voice after which the caller's loudness is known."""

Outcome = tuple[Floor, tuple[Consequence, ...]]


def take_turn(floor: Floor, manners: Manners, happening: Happening) -> Outcome:
    """Fold one happening into the floor; what follows from it comes in the order in which to do it."""
    match happening:
        case Voice():
            floor, out = _voice(floor, happening)
        case Words():
            floor, out = _words(floor, manners, happening)
        case Judged():
            urgent = happening.urgent or (floor.judged is not None and floor.judged.urgent)
            floor, out = replace(floor, judged=replace(happening, urgent=urgent)), ()
        case Asked():
            armed = happening.at_s if happening.now else None
            floor, out = replace(floor, question=happening.question, armed_s=armed), ()
        case Speaking():
            floor, out = replace(floor, policy=happening.policy, sceptical=False, hushed_s=None), ()
        case Quiet():
            floor, out = _quiet(floor, happening.at_s), ()
        case Key():
            return _key(floor, happening)
        case Tick():
            out = ()
        case _:
            assert_never(happening)
    return _settle(floor, manners, happening.at_s, out)


def _settle(floor: Floor, manners: Manners, at_s: float, out: tuple[Consequence, ...]) -> Outcome:
    """What follows from the time and all that is known: interruption, the end of the turn, silence."""
    for rule in (_interruption, _end):
        floor, more = rule(floor, manners, at_s)
        out += more
    for late in (_keys_are_over, _silence):
        floor, more = late(floor, at_s)
        out += more
    return floor, out


def _quiet(floor: Floor, at_s: float) -> Floor:
    armed = None if floor.armed_s is None else at_s
    return replace(floor, policy=None, hushed_s=None, sceptical=False, quiet_s=at_s, armed_s=armed)


# --- voice and words


def _voice(floor: Floor, window: Voice) -> Outcome:
    threshold = STILL_SPEECH if floor.run_s else SPEECH
    if window.probability < threshold or _is_somebody_else(floor, window):
        return replace(floor, run_s=0.0), ()
    run = floor.run_s + window.length_s
    began = floor.began_s
    over = floor.over
    if began is None and run >= _BEGIN_S:
        began, over = window.at_s - run, floor.policy is not None
    return (
        replace(
            floor,
            run_s=run,
            voiced_s=floor.voiced_s + window.length_s,
            began_s=began,
            over=over,
            voice_s=window.at_s,
            loudness_db=_loudness(floor, window),
            finishing_s=None if run >= _BEGIN_S and _is_believed(floor, window) else floor.finishing_s,
        ),
        (),
    )


def _is_believed(floor: Floor, window: Voice) -> bool:
    """Whether voice means that the caller goes on: not over words of danger, nor when no words come of it."""
    urgent = floor.judged is not None and floor.judged.urgent
    return not urgent and window.at_s - floor.words_s < STABLE_S


def _loudness(floor: Floor, window: Voice) -> float:
    if floor.loudness_db is None:
        return window.level_db
    rate = 0.2 if window.level_db > floor.loudness_db else 0.03
    return floor.loudness_db + rate * (window.level_db - floor.loudness_db)


def _is_somebody_else(floor: Floor, window: Voice) -> bool:
    if floor.loudness_db is None or (floor.voiced_s < _KNOWN_S and not floor.told_s):
        return False
    return window.level_db < floor.loudness_db - QUIETER_DB


def _words(floor: Floor, manners: Manners, words: Words) -> Outcome:
    if words.to_s <= floor.told_s:
        return floor, (Ignored("late"),)
    before = floor.text
    if words.transcript.final:
        finals = (*floor.finals, words.transcript) if words.transcript.text else floor.finals
        floor = replace(floor, finals=finals, partial=None)
    else:
        floor = replace(floor, partial=words.transcript)
    floor = replace(floor, covers_s=max(floor.covers_s, words.to_s))
    if floor.text == before:
        return floor, ()
    if floor.began_s is None:
        floor = replace(floor, began_s=words.at_s, over=floor.policy is not None)
    floor = replace(floor, words_s=words.at_s)
    if words.transcript.final or not manners.says_something(floor.text):
        return floor, ()
    return floor, (Mentioned(replace(floor.transcript, final=False)),)


# --- interrupting


def _interruption(floor: Floor, manners: Manners, at_s: float) -> Outcome:
    """Whether the prompt that sounds goes on."""
    if floor.policy is None or floor.policy == "never":
        return floor, ()
    if manners.says_something(floor.text) and not manners.is_backchannel(floor.text):
        return replace(floor, policy=None, hushed_s=None, quiet_s=at_s), (Interrupt(),)
    if floor.hushed_s is not None:
        return _resume(floor, manners, at_s)
    if floor.policy == "at_once" and not floor.sceptical and floor.run_s >= HUSH_S:
        return replace(floor, hushed_s=at_s), (Hush(),)
    return floor, ()


def _resume(floor: Floor, manners: Manners, at_s: float) -> Outcome:
    silence = at_s - (floor.voice_s or 0.0)
    patience = RESUME_AFTER_WORDS_S if floor.text else RESUME_S
    doubt = not floor.text and at_s - (floor.hushed_s or 0.0) >= DOUBT_S
    if silence < patience and not doubt:
        return floor, ()
    why = "backchannel" if floor.text else "noise"
    floor = replace(_fresh(floor, at_s if floor.text else floor.told_s), hushed_s=None, sceptical=True)
    return floor, (Ignored(why), Resume())


# --- the end of a turn


def _end(floor: Floor, manners: Manners, at_s: float) -> Outcome:
    if not floor.text:
        return _without_words(floor, at_s)
    if not manners.says_something(floor.text) and floor.judged is None:
        return _hesitation(floor, at_s)
    silence = at_s - max(floor.voice_s or 0.0, floor.began_s or 0.0)
    out: tuple[Consequence, ...] = ()
    if silence >= GUESS_S and floor.guessed != floor.text:
        floor = replace(floor, guessed=floor.text)
        out = (Guess(replace(floor.transcript, final=True)),)
    why = _reason(floor, manners, at_s, silence)
    if not why:
        return floor, out
    if floor.partial is not None:
        if floor.finishing_s is None:
            return replace(floor, finishing_s=at_s), (*out, Finish())
        covered = floor.covers_s >= (floor.voice_s or 0.0) - GUESS_S
        if why != "urgent" and at_s - floor.finishing_s < (COVERED_LIMIT_S if covered else FINAL_LIMIT_S):
            return floor, out
        why += "+rescued"
    return _over(floor, manners, at_s, why, silence, out)


def _reason(floor: Floor, manners: Manners, at_s: float, silence: float) -> str:
    """Why the turn is over; empty while it is not."""
    judged = floor.judged
    answer = judged.answer if judged is not None and judged.text == floor.text else None
    wait = wait_s(floor.question, manners, floor.text, answer=answer)
    if judged is not None and judged.urgent and _is_said(floor, at_s, silence):
        return "urgent"
    if silence >= wait:
        return "silence"
    if at_s - floor.words_s >= wait + STABLE_S:
        return "stable"
    if at_s - (floor.began_s or at_s) >= LONGEST_S:
        return "longest"
    return ""


def _is_said(floor: Floor, at_s: float, silence: float) -> bool:
    """Whether words of danger are all there, as far as anybody should wait to see."""
    unchanged = at_s - floor.words_s
    return unchanged >= URGENT_STABLE_S or (silence >= URGENT_S and unchanged >= URGENT_S)


def _over(
    floor: Floor, manners: Manners, at_s: float, why: str, waited_s: float, out: tuple[Consequence, ...]
) -> Outcome:
    transcript, over, began = replace(floor.transcript, final=True), floor.over, floor.began_s or at_s
    still_ours = floor.policy is not None or began < floor.quiet_s - TAIL_S
    ended = _fresh(floor, at_s)
    if over and still_ours and manners.is_backchannel(transcript.text):
        return ended, (*out, Ignored("backchannel"))
    return replace(ended, armed_s=None), (*out, Ended(transcript, why, waited_s))


def _without_words(floor: Floor, at_s: float) -> Outcome:
    """Voice of which the recogniser has made nothing so far."""
    if floor.began_s is None:
        return floor, ()
    if floor.voiced_s >= NOISE_S:
        nothing = Transcript((Hypothesis("", 0.0),))
        return replace(_fresh(floor, at_s), armed_s=None), (Ended(nothing, "noise", 0.0),)
    silence = at_s - (floor.voice_s or floor.began_s)
    if silence < floor.question.profile.value.complete:
        return floor, ()
    if floor.finishing_s is None:
        return replace(floor, finishing_s=at_s), (Finish(),)
    if at_s - floor.finishing_s < FINAL_LIMIT_S:
        return floor, ()
    return _fresh(floor, floor.told_s), (Ignored("noise"),)


def _hesitation(floor: Floor, at_s: float) -> Outcome:
    """Only "um" so far: the caller is about to speak; after a while it was nothing."""
    if at_s - max(floor.voice_s or 0.0, floor.words_s) < floor.question.silence_s:
        return floor, ()
    return _fresh(floor, at_s), (Ignored("noise"),)


def _fresh(floor: Floor, told_s: float) -> Floor:
    """The floor after a turn: what is known of the caller's voice stays."""
    return replace(
        floor, run_s=0.0, voiced_s=0.0, began_s=None, over=False, finals=(), partial=None, covers_s=0.0,
        judged=None, guessed="", finishing_s=None, told_s=told_s,
    )  # fmt: skip


# --- silence and keys


def _silence(floor: Floor, at_s: float) -> Outcome:
    if floor.armed_s is None or floor.policy is not None or floor.keys or floor.began_s is not None:
        return floor, ()
    since = max(floor.armed_s, floor.quiet_s, floor.voice_s or 0.0, floor.key_s)
    if at_s - since < floor.question.silence_s:
        return floor, ()
    return replace(floor, armed_s=None), (NobodySpoke(),)


def _key(floor: Floor, key: Key) -> Outcome:
    if floor.keys.endswith(key.digit) and key.at_s - floor.key_s < SAME_KEY_S:
        return floor, ()
    out: tuple[Consequence, ...] = ()
    if floor.policy not in {None, "never"}:
        out = (Interrupt(),)
        floor = replace(floor, policy=None, hushed_s=None, quiet_s=key.at_s)
    if key.digit == "*":
        return replace(floor, keys="", key_s=key.at_s), out
    whole = key.digit == "#"
    keys = floor.keys + ("" if whole else key.digit)
    floor = replace(floor, keys=keys, key_s=key.at_s)
    if keys and (whole or len(keys) >= floor.question.most_keys):
        return _pressed(floor, out)
    return floor, out


def _keys_are_over(floor: Floor, at_s: float) -> Outcome:
    return _pressed(floor, ()) if floor.keys and at_s - floor.key_s >= KEY_GAP_S else (floor, ())


def _pressed(floor: Floor, out: tuple[Consequence, ...]) -> Outcome:
    digits = floor.keys
    return replace(_fresh(floor, floor.key_s), keys="", armed_s=None), (*out, Pressed(digits))
