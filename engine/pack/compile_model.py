"""What a pack says about language models: when one is asked, and which there are."""

from __future__ import annotations

from engine.core.domain import DataClass
from engine.core.model_rules import ModelRules, ModelSource
from engine.pack import shapes
from engine.pack.draft import Draft
from engine.pack.scalars import DECIMAL
from engine.pack.source import Node

_PRICES = ("input", "cached", "output")


def compile_model(draft: Draft) -> ModelRules:
    """The rules for asking a model; mistakes in names are reported."""
    given = {name: item.node for name, item in draft.merged.model.items()}
    plain = {name: shapes.MODEL.fields[name].plain(node) for name, node in given.items()}
    usual = ModelRules()
    return ModelRules(
        deadline_s=_number(plain.get("deadline"), usual.deadline_s),
        filler=draft.response(given.get("filler"), "model: "),
        sure_from=_number(plain.get("sure_from"), usual.sure_from),
        always=_shown(draft, given.get("always")),
        never=_slots(draft, given.get("never")),
        requests_per_call=int(_number(plain.get("requests_per_call"), usual.requests_per_call)),
        reply_words=int(_number(plain.get("reply_words"), usual.reply_words)),
        sources={name: _source(name, item.node) for name, item in draft.merged.models.items()},
    )


def _number(value: object, usual: float) -> float:
    return value if isinstance(value, int | float) else usual


def _slots(draft: Draft, node: Node | None) -> tuple[str, ...]:
    items = node.each() if node is not None else ()
    return tuple(found for item in items if (found := draft.known(item, "slot", draft.slots, "model: ")))


def _shown(draft: Draft, node: Node | None) -> tuple[str, ...]:
    """Slots whose answers a model shall always see; a secret is never one of them."""
    for item in node.each() if node is not None else ():
        slot = draft.slots.get(item.text)
        if slot is not None and slot.data_class is DataClass.SECRET:
            hint = "a secret is never shown to a model"
            draft.report.error(item, f"model: slot '{slot.id}' is of class secret", hint)
    return _slots(draft, node)


def _source(name: str, node: Node) -> ModelSource:
    price = node.get("price")
    costs = {kind: DECIMAL.plain(item) for kind in _PRICES if price and (item := price.get(kind))}
    return ModelSource(
        id=name,
        where=node.where,
        provider=node.words("provider"),
        name=node.words("name"),
        url=node.words("url"),
        key=node.words("key"),
        price={kind: cost for kind, cost in costs.items() if isinstance(cost, int | float)},
    )
