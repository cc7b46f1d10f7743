"""The texts of a language's or a pack's tables, whatever their shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping


def texts_of(node: object, without: Collection[str] = ()) -> Iterator[str]:
    """Every text, keys too, but for the parts in `without`: either side may be the one that callers say."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key not in without:
                yield str(key)
                yield from texts_of(value, without)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from texts_of(item, without)
    elif isinstance(node, str):
        yield node
