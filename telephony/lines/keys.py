"""The keys of a telephone."""

from __future__ import annotations

KEYS = frozenset("0123456789*#ABCD")
