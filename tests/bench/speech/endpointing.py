"""How long callers wait for a turn to end, beside a fixed timer that cuts as often: `python -m tests.bench.speech.endpointing [ROUNDS [SEED]]`.

The calls are spoken by a script with pauses inside numbers, dates, names and sentences, drawn once from a
seeded generator after the lengths that people leave (median 0.3 s, a tenth above 0.65). Waits are from the
caller's last voice to the end of the turn.
"""

from __future__ import annotations

import random
import statistics
import sys

from engine.core.events import Heard
from telephony.asr.scripted import Misbehaviour
from tests.telephony.talking import spoken, talk

BOOK = ["I'd like to book a cleaning please"]
NAMED = [*BOOK, "Tomas Balčiūnas"]
KNOWN = [*NAMED, "the twelfth of March nineteen eighty four"]
OFFERED = [*KNOWN, "Thursday afternoon"]
READ = [*OFFERED, "the first one"]
CALLBACK = ["can somebody call me back please", "about my bill", "Anna Novak", "no"]
UTTERANCES: list[tuple[list[str], str]] = [
    ([], "I'd like to book | a cleaning | on Thursday please"),
    ([], "hello | I have a question | about your opening hours"),
    ([], "my name is Tomas | and I need to move | my appointment"),
    (BOOK, "Tomas | Balčiūnas"),
    (BOOK, "my name is | Tomas | Balčiūnas"),
    (NAMED, "the twelfth of March | nineteen | eighty four"),
    (NAMED, "March twelfth | nineteen eighty | four"),
    (NAMED, "the twelfth | of March | nineteen eighty four"),
    (KNOWN, "Thursday | afternoon"),
    (KNOWN, "next Thursday | after lunch"),
    (OFFERED, "um | the later one"),
    (OFFERED, "the first one | please"),
    (READ, "yes"),
    (READ, "yes | that's right"),
    (READ, "no | Friday please"),
    (CALLBACK, "six one two | three four five | six seven"),
    (CALLBACK, "six one | two three | four five | six seven"),
    (CALLBACK, "it's | six one two three | four five six seven"),
    ([*CALLBACK[:2]], "Anna | N O | V A K"),
]
"""What was said before, and what is said, with the places where people pause."""


def with_pauses(marked: str, rng: random.Random) -> tuple[str, list[tuple[int, float]]]:
    """The words, and a pause of a drawn length at each mark that was drawn."""
    words: list[str] = []
    inside: list[tuple[int, float]] = []
    for word in marked.split():
        if word != "|":
            words.append(word)
        elif rng.random() < 0.75:
            inside.append((len(words), round(min(0.95, rng.lognormvariate(-1.2, 0.6)), 2)))
    return " ".join(words), inside


def main(rounds: int, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - the same pauses each time
    waits: list[float] = []
    cuts, inner = 0, []
    for prefix, marked in UTTERANCES * rounds:
        text, inside = with_pauses(marked, rng)
        call = talk(
            [*(spoken(item) for item in prefix), spoken(text, pauses=inside)],
            ears_=Misbehaviour(lag_s=0.2),
            linger_s=2.0,
        )
        heard = [e.transcript.text for e in call.tape.events if isinstance(e, Heard) and e.transcript.final]
        turns = call.result.timings.turns
        longest = max((pause for _, pause in inside), default=0.0)
        inner.append(longest)
        if text in heard:
            waits.append(turns[heard.index(text)].waited_s)
        else:
            cuts += 1
            print(f"cut: {text!r} with {inside}: {heard[len(prefix) :]}")
    total = len(UTTERANCES) * rounds
    ordered = sorted(inner, reverse=True)
    timer = ordered[min(cuts, total - 1)] + 0.01
    ours = statistics.mean(waits)
    print(
        f"{total} utterances, {cuts} cut ({cuts / total:.1%}); mean wait {ours:.2f} s, median {statistics.median(waits):.2f} s"
    )
    print(f"a fixed timer that cuts as often must wait {timer:.2f} s: ours is {ours / timer:.2f} of it")


if __name__ == "__main__":
    given = [int(item) for item in sys.argv[1:]]
    main(*(given + [8, 101][len(given) :]))
