"""Example calls as sound through the embedded parts: `python -m tests.bench.speech.calls [N]`.

Our own voice plays the caller, through mu-law. Voice to voice is read from the recorded sound, never from our log, and on
processor time, so that other work on the machine does not count;
so is how soon we stop when a caller talks over a prompt. The book must be the one that the typed call leaves.
"""

from __future__ import annotations

import os
import sys
import time

from engine.calls import Desk
from engine.pack import example_calls
from telephony.embedded import Speech
from telephony.latency import of_recording, quantile, voiced
from telephony.lines.wav import Part
from telephony.recorded_call import Script, take
from tests.telephony.talking import RATE, book, domain, simple, typed, understanding
from tests.telephony.test_local_speech import say

CLASSES = ("happy", "corrections", "denied", "emergencies", "questions", "move", "person")


def english(example: object) -> bool:
    return "ą" not in str(example) and "ū" not in str(example) and "language" not in str(example)


def main(most: int) -> None:
    speech = Speech.load()
    items = [item for item in example_calls("gedimino") if any(f"/{name}/" in item.where for name in CLASSES)]
    items = [
        item
        for item in items
        if simple(item.data)
        and "lithuanian" not in item.where
        and all("user" in turn for turn in item.data["turns"][1:])
    ][:: max(1, len(items) // most)]
    waits: list[float] = []
    added: list[float] = []
    same = 0
    for item in items[:most]:
        desk = Desk.open("gedimino", domain=domain(), understanding=understanding())
        desk.prepare()
        script = Script()
        parts = [Part(say(speech, str(turn["user"]))) for turn in item.data["turns"] if "user" in turn]
        began = time.process_time()
        result = take(
            desk, parts, speech, clock=desk.clock(str(item.data.get("now", "2026-11-23T09:15"))), call="bench", tape=script,
            number=item.data.get("from"), processor=True,
        )  # fmt: skip
        assert result.recording is not None
        replies = [reply.latency_s for reply in of_recording(result.recording)]
        waits += replies
        added += [
            turn.sounded_s - turn.ended_s for turn in result.timings.turns if turn.sounded_s is not None
        ]
        agrees = book(desk) == book(typed(item.data))
        same += agrees
        print(
            f"{'same book ' if agrees else 'other book'} {item.where.removeprefix('domains/')}: median {1000 * quantile(replies, 0.5):.0f} ms, CPU {time.process_time() - began:.1f} s"
        )
        if not agrees:
            print("\n".join(f"    {who:8}{words}" for who, words in script.lines))
            spoken, told = book(desk), book(typed(item.data))
            print(f"    only spoken {[row for row in spoken if row not in told]}")
            print(f"    only typed  {[row for row in told if row not in spoken]}")
    print(f"{same} of {min(most, len(items))} calls end in the same book as typed")
    print(
        f"voice to voice from the recordings, {len(waits)} replies: median {1000 * quantile(waits, 0.5):.0f} ms, p95 {1000 * quantile(waits, 0.95):.0f} ms"
    )
    print(
        f"of it after the end of the turn: median {1000 * quantile(added, 0.5):.0f} ms, p95 {1000 * quantile(added, 0.95):.0f} ms"
    )
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    interrupted(speech)
    speech.close()


def interrupted(speech: Speech) -> None:
    """How soon our sound stops when the caller begins to talk over it."""
    stops = []
    for over in (1.0, 1.7, 2.4, 3.1, 3.8):
        desk = Desk.open("gedimino", domain=domain(), understanding=understanding())
        parts = [
            Part(say(speech, "I'd like to book a cleaning please.")),
            Part(say(speech, "Sorry, do you have parking?"), over_s=0.4),
        ]
        parts = [
            *parts[:1],
            Part(say(speech, "Tomas Balciunas.")),
            Part(say(speech, "The twelfth of March, nineteen eighty four.")),
            Part(say(speech, "Thursday afternoon.")),
            Part(say(speech, "No, another day please."), over_s=over),
        ]
        result = take(
            desk,
            parts,
            speech,
            clock=desk.clock("2026-11-23T09:15"),
            call="bench",
            tape=Script(),
            processor=True,
        )
        assert result.recording is not None
        theirs = voiced(result.recording.left, RATE)
        ours = voiced(result.recording.right, RATE)
        begun = theirs[4][0] if len(theirs) > 4 else None
        stop = next((end for start, end in ours if begun is not None and start < begun < end), None)
        if begun is not None and stop is not None:
            stops.append(stop - begun)
    print(
        f"our sound stops after {', '.join(f'{1000 * item:.0f}' for item in sorted(stops))} ms (of {len(stops)} interruptions)"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
