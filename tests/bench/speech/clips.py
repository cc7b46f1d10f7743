"""How much of what we say must be synthesised in a call: `python -m tests.bench.speech.clips`.

The English example calls are typed, and what is said in them is looked up among the clips that `frontdesk voice
build` would make, without making any: characters from whole prompts and sentences, from pieces, and live.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from engine.calls import Desk
from engine.core.actions import Say
from engine.pack import example_calls
from engine.quality.examples import DEFAULT_NOW
from telephony.tts import pieces
from telephony.tts.clips import sentences
from telephony.voice_build import fixed_phrases, sentence_pieces
from tests.telephony.talking import domain, simple, understanding

LANGUAGE = "en"


def said(example: dict[str, Any]) -> Iterator[Say]:
    """Every prompt of a call in English."""
    site = example.get("site", "gedimino")
    desk = Desk.open(site, domain=domain(site), understanding=understanding(site))
    now = str(example.get("now", DEFAULT_NOW))
    call = desk.call(desk.clock(now), number=example.get("from"), language=example.get("language"), call="x")
    replies = [call.open()]
    for turn in example["turns"]:
        if call.state.phase == "ended":
            break
        if "user" in turn:
            replies.append(call.say(str(turn["user"])))
        elif "nbest" in turn:
            replies.append(
                call.nbest([(str(item["text"]), float(item["confidence"])) for item in turn["nbest"]])
            )
        elif "dtmf" in turn:
            replies.append(call.keys(str(turn["dtmf"])))
        else:
            replies.append(call.silence())
    for reply in replies:
        if reply.state.language == LANGUAGE:
            yield from reply.says


def shares(examples: list[dict[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    """Characters by how they are said, and the live ones by response."""
    clock = Desk.open("gedimino", domain=domain(), understanding=understanding()).clock(DEFAULT_NOW)
    now: datetime = clock()
    whole = set(fixed_phrases(domain(), now))
    parts = {(pieces.key(text), style, code) for text, style, code in sentence_pieces(domain(), now)}
    how: Counter[str] = Counter()
    live: Counter[str] = Counter()
    for say in (say for example in examples for say in said(example)):
        texts = [say.text] if (say.text, say.style, LANGUAGE) in whole else sentences(say.text)
        for text in texts:
            if (text, say.style, LANGUAGE) in whole:
                how["whole"] += len(text)
                continue
            runs = pieces.cover(text, partial(_known, parts, say.style))
            if not pieces.worth_it(runs):
                runs = [pieces.Run(ready=False, text=text)]
            for run in runs:
                how["pieces" if run.ready else "live"] += len(run.text)
                live[say.response] += 0 if run.ready else len(run.text)
    return how, live


def _known(parts: set[tuple[str, str, str]], style: str, key: str, _final: bool) -> bool:
    return (key, style, LANGUAGE) in parts


def main() -> None:
    items = [item for item in example_calls("gedimino") if simple(item.data)]
    for name, chosen in (
        ("the demo call", [item.data for item in items if "/demo/" in item.where]),
        (f"all {len(items)} example calls that are only talk", [item.data for item in items]),
    ):
        how, live = shares(chosen)
        total = sum(how.values())
        told = ", ".join(f"{how[kind] / total:.1%} {kind}" for kind in ("whole", "pieces", "live"))
        print(f"{name}: {total} characters; {told}")
        for response, count in live.most_common(5):
            if count:
                print(f"    {count / total:6.2%} live in {response}")


if __name__ == "__main__":
    main()
