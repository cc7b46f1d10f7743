"""How often the example calls of a pack would ask a language model, when there is one: by class of call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.calls import understanding_of
from engine.core.model_rules import ModelSource
from engine.model.consultant import Consultant, Line
from engine.model.question import Heard, Question, Reply
from engine.pack import example_calls, load
from engine.quality.examples import run_call

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.nlu.cascade import Understanding

_SPOKEN = ("user", "nbest", "barge_in", "commands")
_NOTHING = '{"commands": []}'


class Mute:
    """A model that knows nothing, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def ask(self, question: Question, heard: Heard) -> Reply:
        """Put one request, once."""
        self.asked += 1
        return Reply(_NOTHING if question.schema is not None else "")

    async def close(self) -> None:
        """Nothing is open."""


def model_need(pack: str) -> dict[str, Any]:
    """Caller turns and requests to a model of the example calls, in all and for each folder of them."""
    mute = Mute()
    consultant = Consultant([Line(ModelSource("mute", "", "recorded", "mute"), mute)])
    sites: dict[str, tuple[Domain, Understanding]] = {}
    classes: dict[str, dict[str, int]] = {}
    for item in example_calls(pack):
        name = item.data["site"]
        if name not in sites:
            domain = load(name)
            sites[name] = domain, understanding_of(domain)
        before = mute.asked
        run_call(sites[name][0], item.data, item.where, sites[name][1], None, consultant)
        kind = item.where.rpartition("/")[0].rpartition("/")[2]
        counts = classes.setdefault(kind, {"turns": 0, "requests": 0})
        counts["turns"] += _turns(item.data["turns"])
        counts["requests"] += mute.asked - before
    consultant.close()
    turns, requests = (sum(part[key] for part in classes.values()) for key in ("turns", "requests"))
    return {
        "turns": turns,
        "requests": requests,
        "a_turn": round(requests / turns, 4) if turns else 0.0,
        "classes": dict(sorted(classes.items())),
    }


def _turns(turns: Iterable[Mapping[str, Any]]) -> int:
    return sum(any(key in turn for key in _SPOKEN) for turn in turns)


def need_line(name: str, need: Mapping[str, Any]) -> str:
    """The figures in one line."""
    asked = {kind: part["requests"] for kind, part in need["classes"].items() if part["requests"]}
    where = ", ".join(f"{kind} {count}" for kind, count in asked.items()) or "none"
    return (
        f"{name}: the example calls ask a model {need['requests']} times in {need['turns']} turns, "
        f"{need['a_turn']:.3f} a turn ({where})"
    )
