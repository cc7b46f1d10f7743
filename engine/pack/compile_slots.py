"""Slots and services: what is known, who gives it, and what becomes void when something changes."""

from __future__ import annotations

from engine.core.domain import DataClass, Rejection, Service, Slot, SlotType
from engine.pack.draft import Draft
from engine.pack.merge import Definition
from engine.pack.plain import loose
from engine.pack.scalars import seconds
from engine.pack.source import Kind, Node

_TYPES = frozenset(item.value for item in SlotType)
_CLASSES = frozenset(item.value for item in DataClass)
_SILENCE_S = 3.0
_TIMEOUT_S = 5.0


def slot_type(node: Node) -> str:
    """The type of a slot as written; text when it is absent or unknown, which the shape has reported."""
    written = node.words("type", SlotType.TEXT)
    return written if written in _TYPES else SlotType.TEXT


def compile_slots(draft: Draft) -> None:
    """Compile every slot."""
    for name, definition in draft.merged.slots.items():
        if definition.node.kind is Kind.MAP:
            draft.slots[name] = _slot(draft, name, definition)


def _slot(draft: Draft, name: str, definition: Definition) -> Slot:
    node = definition.node
    kind = SlotType(slot_type(node))
    values = tuple(item.text for item in node.list_of("values"))
    if kind is SlotType.CHOICE and not values:
        draft.report.error(
            definition.key, f"slot '{name}' of type choice has no values", "values: [first, second]"
        )
    elif values and kind is not SlotType.CHOICE:
        draft.report.error(
            node.entries["values"].key, f"slot '{name}' of type {kind} has no values", "only choice has"
        )
    fields = tuple(item.text for item in node.list_of("needs_fields"))
    for item in node.list_of("needs_fields"):
        if kind is SlotType.NAME and item.text not in {"first", "last"}:
            draft.report.unknown(item, "field of a name", item.text, ("first", "last"))
    ask = node.get("ask")
    data_class = node.words("data_class", DataClass.NONE)
    initial = node.get("initial")
    return Slot(
        id=name,
        type=kind,
        where=definition.key.where,
        data_class=DataClass(data_class) if data_class in _CLASSES else DataClass.SECRET,
        filled_by=node.words("filled_by", "caller"),
        values=values,
        scope=node.words("scope", "flow"),
        depends_on=_slots(draft, node.list_of("depends_on"), f"slot '{name}' depends on "),
        rejections=_rejections(draft, node),
        description=node.words("description"),
        ask=draft.response(ask) if ask is not None else f"utter_ask_{name}",
        silence_s=duration(node, "silence", _SILENCE_S),
        initial=draft.constant(initial, name) if initial is not None else None,
        required_fields=fields,
        tells=draft.known(node.get("tells"), "slot", draft.names.slots, f"slot '{name}' tells "),
    )


def _slots(draft: Draft, nodes: tuple[Node, ...], by: str) -> tuple[str, ...]:
    found = (draft.known(item, "slot", draft.names.slots, by) for item in nodes)
    return tuple(name for name in found if name)


def _rejections(draft: Draft, node: Node) -> tuple[Rejection, ...]:
    found = []
    for item in node.list_of("rejections"):
        unless = draft.condition(item.get("unless"), "value")
        response = draft.response(item.get("say"))
        if unless is not None and response:
            found.append(Rejection(unless, response))
    return tuple(found)


def duration(node: Node, key: str, default: float) -> float:
    """Seconds under a key; the default where nothing readable stands."""
    try:
        return seconds(node.words(key)) if node.words(key) else default
    except ValueError:
        return default


def compile_services(draft: Draft) -> None:
    """Compile every service."""
    for name, definition in draft.merged.services.items():
        if definition.node.kind is Kind.MAP:
            draft.services[name] = _service(draft, name, definition)


def _service(draft: Draft, name: str, definition: Definition) -> Service:
    node = definition.node
    outcomes = tuple(item.text for item in node.list_of("outcomes"))
    by = f"service '{name}': "
    success = tuple(
        filter(None, (draft.known(item, "outcome", set(outcomes), by) for item in node.list_of("success")))
    )
    on_timeout = node.get("on_timeout")
    undo = node.get("undo")
    effect = node.words("effect", "read")
    if effect != "read" and not success and len(outcomes) > 1:
        hint = "success: [...] names the outcomes after which the world has changed"
        draft.report.error(definition.key, f"service '{name}' has an effect but no success", hint)
    if effect == "hold" and undo is None:
        draft.report.error(
            definition.key, f"service '{name}' holds something and cannot give it back", "name its `undo`"
        )
    return Service(
        id=name,
        where=definition.key.where,
        needs=_parameters(draft, node, "needs", by),
        wants=_parameters(draft, node, "wants", by),
        fixed=tuple((key, loose(value)) for key, _, value in node.pairs("fixed")),
        gives=_parameters(draft, node, "gives", by),
        outcomes=outcomes,
        success=success,
        undo=draft.known(undo, "service", draft.names.services, by) or None,
        effect=effect,
        timeout_s=duration(node, "timeout", _TIMEOUT_S),
        on_timeout=draft.known(on_timeout, "outcome", set(outcomes), by)
        or (outcomes[-1] if outcomes else ""),
    )


def _parameters(draft: Draft, node: Node, key: str, by: str) -> tuple[tuple[str, str], ...]:
    value = node.get(key)
    if value is None:
        return ()
    pairs = (
        [(name, item) for name, _, item in value.own_pairs()]
        if value.kind is Kind.MAP
        else [(item.text, item) for item in value.each()]
    )
    found = ((name, draft.known(item, "slot", draft.names.slots, by)) for name, item in pairs)
    return tuple((name, slot) for name, slot in found if slot)


def voids(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Slot to every slot that becomes void when it changes: what depends on it, and so on.

    What a write has brought about stays: it is in the book, whatever is said later.
    """
    direct: dict[str, set[str]] = {name: set() for name in draft.slots}
    for slot in draft.slots.values():
        for source in slot.depends_on:
            direct.setdefault(source, set()).add(slot.id)
    for service in draft.services.values():
        given = {slot for _, slot in service.gives} if service.effect != "write" else set()
        for _, source in (*service.needs, *service.wants):
            direct.setdefault(source, set()).update(given)
    order = list(draft.slots)
    closed: dict[str, tuple[str, ...]] = {}
    for name in order:
        found: set[str] = set()
        waiting = list(direct.get(name, ()))
        while waiting:
            other = waiting.pop()
            if other not in found and other != name:
                found.add(other)
                waiting += direct.get(other, ())
        closed[name] = tuple(item for item in order if item in found)
    return closed
