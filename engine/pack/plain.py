"""Nodes as plain data: as JSON would read them, or as texts only."""

from __future__ import annotations

from typing import Any

from engine.pack.source import Kind, Node


def loose(node: Node) -> Any:
    """A node as JSON would read it: unquoted true, false, null and numbers are such, all else is text."""
    match node.kind:
        case Kind.NULL:
            return None
        case Kind.LIST:
            return [loose(item) for item in node.items]
        case Kind.MAP:
            return {name: loose(value) for name, _, value in node.own_pairs()}
        case Kind.TEXT:
            return _loose_scalar(node.text) if node.plain else node.text


def _loose_scalar(text: str) -> Any:
    if text in {"true", "false"}:
        return text == "true"
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0"):
        return int(text)
    whole, point, rest = digits.partition(".")
    if point and whole.isascii() and whole.isdigit() and rest.isascii() and rest.isdigit():
        return float(text)
    return text


def texts(node: Node) -> Any:
    """A node as nested mappings, lists and texts, for tables whose readers type them."""
    if node.kind is Kind.TEXT:
        return node.text
    if node.kind is Kind.LIST:
        return [texts(item) for item in node.items]
    if node.kind is Kind.MAP:
        return {name: texts(value) for name, _, value in node.own_pairs()}
    return None
