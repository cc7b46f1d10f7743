"""Which slot a mention fills: what is being asked first, then what the task still needs, then a correction.

One mention fills one slot. Slots are known here only by their types and by the flows that collect them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.core.actions import Expecting
from engine.core.domain import Domain, SlotType, StepKind
from engine.core.frozen import quick

_TYPES: Mapping[str, tuple[SlotType, ...]] = {
    "wish": (SlotType.WHEN, SlotType.DATE, SlotType.TIME),
    "date_of_birth": (SlotType.BIRTH_DATE,),
    "person_name": (SlotType.NAME,),
    "phone": (SlotType.PHONE,),
    "email": (SlotType.EMAIL,),
    "service": (SlotType.SERVICE,),
    "provider": (SlotType.PROVIDER,),
    "number": (SlotType.NUMBER,),
}
"""What kind of mention fits slots of which types."""
_NONE = (None, "")


@quick(frozen=True, slots=True)
class Target:
    """Where a mention goes."""

    slot: str
    corrects: bool
    """Whether it replaces what was given before, without being asked for."""


class Slotting:
    """The slots of a pack, in the order in which each flow asks for them."""

    def __init__(self, domain: Domain, usual: str = "") -> None:
        """Walk every flow once; `usual` is the one that words are about while none is in hand."""
        self.usual = usual
        asked = [slot for slot in domain.slots.values() if slot.filled_by != "service"]
        self._types = {slot.id: slot.type for slot in asked if not slot.tells}
        self._telling = {slot.id: (slot.type, slot.tells) for slot in asked if slot.tells}
        self._by_flow = {flow: tuple(dict.fromkeys(_collected(domain, flow, set()))) for flow in domain.flows}

    def collects(self, flow: str) -> tuple[str, ...]:
        """The slots that a flow and those it calls ask for, in order."""
        return self._by_flow.get(flow, ())

    def target(self, kind: str, expecting: Expecting, flow: str | None = None) -> Target | None:
        """The slot for a mention; `flow` is the one being asked for in the same breath, if any."""
        types = _TYPES.get(kind, ())
        if flow is not None:
            slot = self._first(self.collects(flow), types)
            return Target(slot, corrects=False) if slot is not None else None
        if expecting.kind == "slot":
            asked = self._first((expecting.slot or "", *expecting.accepts), types)
            if asked is not None:
                return Target(asked, corrects=False)
        if expecting.kind == "confirm":
            read = self._first(expecting.reads, types)
            if read is not None:
                return Target(read, corrects=True)
        in_hand = expecting.flow or self.usual
        unfilled = [name for name in self.collects(in_hand) if name in expecting.open_slots]
        slot = self._first((*unfilled, *expecting.open_slots), types)
        held = self._first(self._last_first(expecting), types)
        if held is not None and (slot is None or slot not in unfilled):
            return Target(held, corrects=expecting.kind != "offer")
        return Target(slot, corrects=False) if slot is not None else None

    def telling(self, kind: str, expecting: Expecting, flow: str | None = None) -> str | None:
        """The slot by which callers tell, in a flow or the one in hand, which record that exists they mean.

        In the flow in hand that ends once the record is found, unless it is asked which, or read back.
        """
        types, names = _TYPES.get(kind, ()), self.collects(flow or expecting.flow or "")
        place = next(
            (at for at, name in enumerate(names) if self._telling.get(name, _NONE)[0] in types), None
        )
        if place is None or flow is not None:
            return names[place] if place is not None else None
        record = self._telling[names[place]][1]
        sought = expecting.kind == "slot" and expecting.slot in names[:place]
        return names[place] if sought or record in {expecting.slot, *expecting.reads} else None

    def wishes(self, kind: str, flow: str | None) -> bool:
        """Whether something of a kind can be wished in a flow."""
        return self._first(self.collects(flow or ""), _TYPES.get(kind, ())) is not None

    def _last_first(self, expecting: Expecting) -> tuple[str, ...]:
        """What is held, that of the active flow before the rest."""
        own = [name for name in self.collects(expecting.flow or "") if name in expecting.filled]
        return (*own, *expecting.filled)

    def _first(self, names: Iterable[str], types: tuple[SlotType, ...]) -> str | None:
        return next((name for name in names if self._types.get(name) in types), None)

    def read_back(self, types: Iterable[SlotType], expecting: Expecting, domain: Domain) -> str | None:
        """The slot of one of these types that is read back, or else held."""
        wanted = tuple(types)
        names = (*expecting.reads, *expecting.filled)
        return next(
            (name for name in names if name in domain.slots and domain.slots[name].type in wanted), None
        )


def _collected(domain: Domain, name: str, seen: set[str], *, called: bool = False) -> list[str]:
    """Slots of a flow in its own order, called flows included where they are called.

    What a service can do with counts too, except what a called flow would tell one.
    """
    flow = domain.flows.get(name)
    if flow is None or name in seen:
        return []
    seen.add(name)
    slots: list[str] = []
    given: set[str] = set()
    asked_world = False
    for step in flow.steps:
        match step.kind:
            case StepKind.COLLECT:
                slots += [step.slot, *step.accepts]
            case StepKind.CALL:
                slots += _collected(domain, step.flow, seen, called=True)
            case StepKind.LINK if not asked_world:
                slots += _collected(domain, step.flow, seen)
            case StepKind.SET:
                given |= {slot for slot, _ in step.values}
            case StepKind.REQUEST if not called:
                asked_world = True
                service = domain.services.get(step.service)
                slots += [slot for _, slot in (*service.needs, *service.wants)] if service else []
            case _:
                pass
    asked = {step.slot for step in flow.steps if step.kind is StepKind.COLLECT}
    return [slot for slot in slots if slot not in given or slot in asked]
