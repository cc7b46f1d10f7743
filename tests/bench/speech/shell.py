"""What the audio shell costs without recogniser and voice: `python -m tests.bench.speech.shell [CALLS]`.

The same booking in N calls at once, with the Silero detector, codec to mu-law and back, endpointing, interruptions
and the engine's own turns; ears and voice are scripted. CPU is the process's own, per second of call.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta

from engine.calls import Desk
from telephony.asr.scripted import ScriptedRecognizer
from telephony.call import run_call
from telephony.fast_loop import run_fast
from telephony.line import LineEvent, SoundArrived
from telephony.lines.g711 import pcm_to_ulaw, ulaw_to_pcm
from telephony.lines.wav import Part, WavLine
from telephony.settings import Shell
from telephony.tts.scripted import ScriptedSynthesizer
from telephony.vad import SileroDetector
from tests.telephony.talking import RATE, domain, spoken, understanding

TEXTS = [
    "Hi, I'd like to book a cleaning, please",
    "Tomas Balčiūnas",
    "the twelfth of March, nineteen eighty-four",
    "Thursday afternoon",
    "the first one",
    "yes",
    "no, thank you",
]


class UlawLine(WavLine):
    """The recording through a telephone's codec, both ways."""

    async def events(self) -> AsyncIterator[LineEvent]:
        async for event in super().events():
            yield (
                SoundArrived(ulaw_to_pcm(pcm_to_ulaw(event.pcm)))
                if isinstance(event, SoundArrived)
                else event
            )


async def one(number: int, shell: Shell, parts: list[Part]) -> float:
    recognizer = ScriptedRecognizer()

    def spoke(part: Part, at_s: float) -> None:
        recognizer.say(part.words[0], at_s)

    desk = Desk.open("gedimino", domain=domain(), understanding=understanding())
    loop = asyncio.get_running_loop()
    began, start = loop.time(), desk.clock("2026-11-23T09:15")()
    line = UlawLine(parts, RATE, call=f"bench-{number}", spoke=spoke)
    await run_call(
        line, recognizer, ScriptedSynthesizer(), desk.performer, desk.domain,
        lambda: start + timedelta(seconds=loop.time() - began), shell=shell,
    )  # fmt: skip
    return loop.time() - began


async def many(calls: int) -> float:
    shell = Shell(detector=SileroDetector())
    parts = [spoken(text) for text in TEXTS]
    lengths = await asyncio.gather(*(one(number, shell, parts) for number in range(calls)))
    shell.close()
    return sum(lengths)


def main(calls: int) -> None:
    run_fast(many(1), frozen=True)  # warm
    for count in (1, calls):
        began = time.process_time()
        seconds = run_fast(many(count), frozen=True)
        cpu = time.process_time() - began
        print(
            f"{count:3} calls: {1000 * cpu / seconds:.2f} ms CPU per second of call ({seconds:.0f} s of call), {threading.active_count()} threads after"
        )
    tracemalloc.start()
    run_fast(many(calls), frozen=True)
    print(
        f"{calls} calls: peak {tracemalloc.get_traced_memory()[1] / calls / 1e6:.2f} MB of Python objects a call"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
