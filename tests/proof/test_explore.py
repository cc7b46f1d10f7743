"""The explorer is checked against one without any reduction, on random small packs."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.condition import compile_condition
from engine.core.domain import END, Branch, Domain, Flow, FlowStep, Slot, SlotType, StepKind
from engine.core.expression import Names
from engine.core.machine import step
from engine.core.rulebook import Guarantee
from engine.core.state import DialogueState
from engine.pack import load
from engine.proof.explore import Bound, Explorer
from engine.proof.moves import Move, after, happen
from engine.proof.subject import Subject, texts_of
from tests.proof.conftest import FAULTY

SITE = str(FAULTY / "sentence_instead_of_rule" / "sites" / "sentence_pier.yml")
BASE = load(SITE, cache=False)
TEXTS = texts_of(SITE)
NAMES = Names(
    slots={"full_name": "name", "eager": "bool", "size": "choice"},
    responses=frozenset(BASE.responses),
    services=frozenset(BASE.services),
)
SLOTS = {
    "eager": Slot("eager", SlotType.BOOL, "pack:1"),
    "size": Slot("size", SlotType.CHOICE, "pack:2", values=("small", "large", "huge")),
}
CONDITIONS = ("eager", 'size == "large"', "filled(full_name)", "said(utter_ring)", "heard(utter_of_course)")

kinds = st.sampled_from([StepKind.COLLECT, StepKind.SAY, StepKind.REQUEST, StepKind.CONFIRM, StepKind.NOOP])
drawn = st.lists(
    st.tuples(
        kinds, st.sampled_from(["eager", "size", "full_name"]), st.sampled_from(CONDITIONS), st.integers(0, 6)
    ),
    min_size=2,
    max_size=4,
)


def flow_of(items: list[tuple[StepKind, str, str, int]]) -> Flow:
    """A flow of random steps; jumps go forward, so that none goes in a circle without asking."""
    steps = []
    for place, (kind, slot, text, jump) in enumerate(items):
        following = f"s{place + 1}" if place + 1 < len(items) else END
        there = f"s{place + 1 + jump}" if place + 1 + jump < len(items) else END
        name, where = f"s{place}", f"pack:{place + 10}"
        when = compile_condition(text, NAMES, where)
        plain = FlowStep(name, kind, where, following=following)
        match kind:
            case StepKind.COLLECT:
                steps.append(replace(plain, slot=slot, response="utter_ask_full_name"))
            case StepKind.SAY:
                steps.append(replace(plain, response="utter_of_course"))
            case StepKind.REQUEST:
                steps.append(
                    replace(plain, service="desk.note", outcomes={"noted": following, "failed": there})
                )
            case StepKind.CONFIRM:
                outcomes = {"confirmed": following, "denied": there}
                steps.append(
                    replace(plain, reads=(slot,), response="utter_how_can_i_help", outcomes=outcomes)
                )
            case _:
                steps.append(replace(plain, branches=(Branch(when, there), Branch(None, following))))
    index = {item.id: place for place, item in enumerate(steps)}
    owned = frozenset({"eager", "size"})
    return Flow("leave_name", "pack:9", "", tuple(steps), index, owns=owned)


def pack_of(items: list[tuple[StepKind, str, str, int]], never: str) -> Domain:
    guarantee = Guarantee("never", "pack:1", "", compile_condition(never, NAMES, "pack:1"))
    flows = {**BASE.flows, "leave_name": flow_of(items)}
    return replace(BASE, slots={**BASE.slots, **SLOTS}, flows=flows, guarantees=(guarantee,))


def brute(explorer: Explorer, states: int, walks: int) -> tuple[set[object], set[str]]:
    """Every call up to some number of raw states, and random long ones, folded without any normal form."""
    keys: set[object] = set()
    broken: set[str] = set()
    begin = DialogueState()

    def fold(
        state: DialogueState, move: Move, fresh: frozenset[str], at: object
    ) -> tuple[DialogueState, frozenset[str]]:
        event = happen(explorer.domain, replace(move, climbs=False), state, at)  # type: ignore[arg-type]
        if event is None:
            return state, fresh
        outcome = step(explorer.domain, state, event)
        fresh = explorer.judge.fresh(state, event, outcome, fresh)
        broken.update(explorer.judge.breaches(state, event, outcome, fresh))
        keys.add(explorer.normal.key(outcome.state, fresh))
        return outcome.state, fresh

    at = explorer.normal.at
    first = fold(begin, explorer.start, frozenset(), at)
    waiting, seen = [first], 0
    while waiting and seen < states:
        state, fresh = waiting.pop(0)
        seen += 1
        for move in explorer.alphabet.moves(explorer.normal.state(state)):
            later = fold(state, move, fresh, at)
            if later[0] is not state and later[0] != state:
                waiting.append(later)
    chance = random.Random(1)  # noqa: S311 - a walk, not a secret
    for _ in range(walks):
        (state, fresh), now = first, at
        for _ in range(25):
            move = chance.choice(
                list(explorer.alphabet.moves(explorer.normal.state(state))) or [Move("hang_up", "caller")]
            )
            state, fresh = fold(state, move, fresh, now)
            now = after(move, now)
    return keys, broken


@settings(max_examples=5, deadline=None)
@given(
    drawn,
    st.sampled_from(
        ["said(utter_ring) and action.say", "eager and action.transfer", "action.note and not eager"]
    ),
)
def test_nothing_that_brute_force_reaches_is_missed(
    items: list[tuple[StepKind, str, str, int]], never: str
) -> None:
    domain = pack_of(items, never)
    given_ = Subject(domain, TEXTS)
    explorer = given_.explorer(given_.beginnings()[0])
    result = explorer.run(Bound(states=1200), lambda: 0.0)
    if not result.fixed_point:
        return
    keys, broken = brute(explorer, 40, 25)
    assert keys <= set(explorer.numbers)
    assert broken <= {item.broken for item in result.found.values()}


def test_a_small_pack_comes_to_a_fixed_point() -> None:
    domain = pack_of(
        [(StepKind.COLLECT, "eager", "eager", 0), (StepKind.REQUEST, "size", "eager", 0)],
        "eager and action.transfer",
    )
    given_ = Subject(domain, TEXTS)
    explorer = given_.explorer(given_.beginnings()[0])
    result = explorer.run(Bound(states=20_000), lambda: 0.0)
    assert result.fixed_point
    assert result.frontier == 0


def test_a_bound_is_said_and_gone_on_from() -> None:
    given_ = Subject(BASE, TEXTS)
    whole = given_.explorer(given_.beginnings()[0])
    all_of_it = whole.run(Bound(), lambda: 0.0)
    parts = given_.explorer(given_.beginnings()[0])
    first = parts.run(Bound(0), lambda: 0.0)
    assert (first.surprises, first.fixed_point) == (0, False)
    assert first.frontier > 0
    rest = parts.run(Bound(), lambda: 0.0)
    assert rest.fixed_point
    assert set(parts.numbers) == set(whole.numbers)
    assert rest.states == all_of_it.states


@pytest.mark.parametrize("beginning", [0, 1])
def test_an_exploration_is_the_same_every_time(beginning: int) -> None:
    given_ = Subject(BASE, TEXTS)
    runs = [given_.explorer(given_.beginnings()[beginning % len(given_.beginnings())]) for _ in range(2)]
    results = [item.run(Bound(1), lambda: 0.0) for item in runs]
    assert list(runs[0].numbers) == list(runs[1].numbers)
    assert results[0].steps == results[1].steps
