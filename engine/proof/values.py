"""Representative values: one of each kind that the rules of a pack can tell apart, and one that cannot be.

A value is tried because a condition compares with it, because its type has a boundary there, or as the one
that stands for all others. Of such a group a second member is kept, so that a caller can still change a
value for another that means the same to every rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.core.domain import SlotType, StepKind
from engine.proof.sight import constants_of

if TYPE_CHECKING:
    from engine.core.domain import Domain, Service, Slot
    from engine.proof.sight import Sight

FRESH_S, SHORT_S = 180.0, 60.0
"""Seconds that a hold has left when it was just made, and when it should be renewed."""
_FRESH_ABOVE_S = 120.0
PHONES = ("+12025550101", "+12025550102")
"""Numbers of callers, from a range that is kept free for fiction."""
_NAMES = ({"first": "Ada", "last": "North"}, {"first": "Bo", "last": "West"})
_FAR, _NEAR = timedelta(days=7), timedelta(hours=3)
_ADULT, _CHILD = 40, 8


class Values:
    """What callers and services may put into the slots of a pack."""

    def __init__(self, domain: Domain, seen: Sight, at: datetime) -> None:
        self._domain, self._seen = domain, seen
        self._at = at.astimezone(domain.catalogue.zone).replace(tzinfo=None)
        self._utc = at
        self.shown: dict[str, tuple[Any, ...]] = {}
        """Slot to the values that rules can tell apart; a code is an index into it."""
        self.other: dict[str, Any] = {}
        """Slot to a value that no rule can tell from the first one shown."""
        self.refused: dict[str, tuple[Any, ...]] = {}
        """Slot to values that it cannot hold, or that a check of the pack turns away."""
        for slot in domain.slots.values():
            self._of(slot)
        for slot in domain.slots.values():
            if slot.type is SlotType.LIST:
                self.shown[slot.id] = (self._listed(slot),)
        self._codes = {
            name: {item: code for code, item in enumerate(items)}
            for name, items in self.shown.items()
            if all(isinstance(item, str | int | bool) for item in items)
        }

    def code(self, slot: Slot, value: Any) -> int:
        """Which of the values shown stands for a value."""
        codes = self._codes.get(slot.id)
        if codes is not None:
            return codes.get(value, 0) if isinstance(value, str | int | bool) else 0
        match slot.type:
            case SlotType.NAME:
                return 0 if value.get("first") and value.get("last") else 1 if value.get("first") else 2
            case SlotType.HOLD:
                left = datetime.fromisoformat(str(value["expires"])) - self._utc
                return 0 if left.total_seconds() > _FRESH_ABOVE_S else 1 if left > timedelta() else 2
            case SlotType.RECORD:
                found = str(value.get("id", "")).rpartition("-")[2]
                return int(found) if found.isdecimal() and int(found) < len(self.shown[slot.id]) else 0
            case _:
                return 0

    def held(self, slot: str, code: int) -> Any:
        """The value that a code stands for."""
        return self.shown[slot][code]

    def answers(self, service: Service, told: frozenset[str]) -> list[tuple[str, dict[str, Any]]]:
        """Every outcome of a service with the data that may come with it.

        An outcome brings what the service declares to give: a success, or the first outcome of a service
        that only reads, all of it; another one at most lists and texts, such as other times and a reason.
        `told` are outcomes after which the flow says what was given, so that they always bring it.
        """
        found: list[tuple[str, dict[str, Any]]] = []
        good = set(service.success) or set(service.outcomes[:1] if service.gives else ())
        for outcome in service.outcomes:
            if outcome in good:
                found += [(outcome, data) for data in self._full(service)]
                continue
            if outcome not in told:
                found.append((outcome, {}))
            if service.effect == "read" and outcome != service.on_timeout:
                found += [(outcome, data) for data in self._partial(service)]
        return found

    def _full(self, service: Service) -> list[dict[str, Any]]:
        kinds = self._domain.slots
        given = {key: slot for key, slot in service.gives if kinds[slot].type is not SlotType.HOLD}
        ways = max(
            (len(self.shown[slot]) for slot in given.values() if kinds[slot].type is SlotType.RECORD),
            default=1,
        )
        holds = {key: self.shown[slot][0] for key, slot in service.gives if key not in given}
        return [
            {
                **holds,
                **{key: self.shown[slot][min(way, len(self.shown[slot]) - 1)] for key, slot in given.items()},
            }
            for way in range(ways)
        ]

    def _partial(self, service: Service) -> list[dict[str, Any]]:
        kinds = self._domain.slots
        lists = {key: self.shown[slot][0] for key, slot in service.gives if kinds[slot].type is SlotType.LIST}
        found = [lists] if lists else []
        for key, slot in service.gives:
            if kinds[slot].type is SlotType.TEXT and len(self.shown[slot]) > 1:
                found += [{key: value} for value in self.shown[slot][1:]]
        return found

    # --- by type ---------------------------------------------------------------------------------------

    def _of(self, slot: Slot) -> None:
        wanted = sorted(constants_of(self._seen, slot.id), key=str)
        shown: list[Any]
        other: Any = None
        refused: list[Any] = []
        match slot.type:
            case SlotType.BOOL:
                shown, refused = [True, False], ["perhaps"]
            case SlotType.SERVICE:
                shown, other = self._named([*self._domain.catalogue.offerings], wanted)
                refused = ["nothing of ours"]
            case SlotType.PROVIDER:
                shown, other = self._named([*self._domain.catalogue.providers, "any"], wanted)
                refused = ["nobody of ours"]
            case SlotType.CHOICE:
                shown, other = self._named(list(slot.values), wanted)
                refused = ["nothing of the kind"]
            case SlotType.TEXT:
                shown, other, refused = ["a matter", *wanted], "another matter", [" "]
            case SlotType.NUMBER:
                bounds = [int(item) for item in wanted if isinstance(item, int | float)]
                near = {bound + step for bound in bounds for step in (-1, 0, 1)}
                shown, other, refused = sorted(near) or [15], None if near else 16, ["many"]
            case SlotType.NAME:
                parts: list[Any] = [{"first": "Ada", "last": None}, {"first": None, "last": "North"}]
                shown, other = [_NAMES[0], *(parts if slot.required_fields else [])], _NAMES[1]
                refused = ["x"]
            case SlotType.PHONE:
                shown, other, refused = [PHONES[0]], PHONES[1], ["12"]
            case SlotType.EMAIL:
                shown, other, refused = ["ada@example.org"], "bo@example.org", ["nowhere"]
            case SlotType.WHEN:
                shown, other, refused = [self._wish(1)], self._wish(2), [{"days": "no"}]
            case _:
                shown, other, refused = self._moment(slot, wanted)
        self.shown[slot.id] = tuple(shown)
        if other is not None:
            self.other[slot.id] = other
        self.refused[slot.id] = tuple(refused)

    def _moment(self, slot: Slot, wanted: list[Any]) -> tuple[list[Any], Any, list[Any]]:
        day = self._at.date()
        match slot.type:
            case SlotType.BIRTH_DATE:
                born = [f"{day.year - _ADULT}-03-12"]
                born += [f"{day.year - _CHILD}-03-12"] if slot.id in self._seen.aged else []
                refused = ["1984-13-12"]
                if slot.rejections:
                    refused += [f"{day.year + 1}-03-12", "1850-03-12"]
                return born, f"{day.year - _ADULT}-04-13", refused
            case SlotType.DATE:
                days = [(day + timedelta(days=7)).isoformat(), *wanted]
                return days, (day + timedelta(days=8)).isoformat(), ["no date"]
            case SlotType.TIME:
                return ["10:00", *wanted], "11:00", ["25:99"]
            case SlotType.OPENING:
                return [self._opening(1)], self._opening(2), []
            case SlotType.HOLD:
                return [self._hold(left) for left in (FRESH_S, SHORT_S, -1.0)], None, []
            case SlotType.RECORD:
                return self._records(slot), None, []
            case _:
                return [()], None, []

    @staticmethod
    def _named(known: list[str], wanted: list[Any]) -> tuple[list[Any], Any]:
        """The names that rules know, after one that stands for all others, and another of the others."""
        own = [item for item in wanted if item in known]
        rest = [item for item in known if item not in own]
        return [*rest[:1], *own] or ["none"], rest[1] if rest[1:] else None

    def _wish(self, days: int) -> dict[str, Any]:
        first = self._at.date() + timedelta(days=days)
        return {"days": [[first.isoformat(), (first + timedelta(days=1)).isoformat()]]}

    def _opening(self, days: int) -> dict[str, Any]:
        catalogue = self._domain.catalogue
        start = (self._at + timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)
        return {
            "start": start.strftime("%Y-%m-%dT%H:%M"),
            "end": (start + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M"),
            "service": next(iter(catalogue.offerings), ""),
            "provider": next(iter(catalogue.providers), ""),
            "room": next(iter(catalogue.rooms), ""),
        }

    def _hold(self, left: float) -> dict[str, Any]:
        return {"id": "h1", "expires": (self._utc + timedelta(seconds=left)).isoformat()}

    def _records(self, slot: Slot) -> list[Any]:
        """A record for each way in which rules can tell them apart: how near it is, what a field says."""
        base = {"name": "Ada North", "born": f"{self._at.year - _ADULT}-03-12", **self._opening(7)}
        found = [base]
        if slot.id in self._seen.timed:
            near = self._at + _NEAR
            found.append({**base, "start": near.strftime("%Y-%m-%dT%H:%M")})
        for name, constants in self._seen.constants.items():
            owner, _, part = name.partition(".")
            if owner == slot.id and part and "." not in part:
                found += [
                    {**base, part: item} for item in sorted(constants, key=str) if part not in {"id", "start"}
                ]
        return [{**item, "id": f"{slot.id}-{place}"} for place, item in enumerate(found)]

    def _listed(self, slot: Slot) -> tuple[Any, ...]:
        """What a list holds: what a flow offers out of it, or records."""
        for flow in self._domain.flows.values():
            for step in flow.steps:
                if step.kind is StepKind.OFFER and step.slot == slot.id:
                    found = self.shown[step.into]
                    more = (self.other[step.into],) if step.into in self.other else found[1:2]
                    return (found[0], *more)
        return ({"id": f"{slot.id}-0", "name": "Ada North", **self._opening(7)},)


def plain(value: Any) -> Any:
    """A value as JSON data, for example calls."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value
