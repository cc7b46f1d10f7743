"""What a stretch of a caller's words refers to, before any slot is thought of."""

from __future__ import annotations

from typing import Any

from engine.core.frozen import quick


@quick(frozen=True, slots=True)
class Entity:
    """One mention: where it stands, what kind it is, what it means."""

    type: str
    """date | time | datetime | daterange | timerange | datetimerange | person_name | phone | email |
    date_of_birth | service | provider | ordinal | number | ..."""
    text: str
    """The caller's own words."""
    span: tuple[int, int]
    """Half-open character offsets into the text as heard."""
    value: Any = None
    """JSON data: local ISO text for points in time, ids of services, {"first", "last"} of names."""
    start: str | None = None
    """Ranges only: the first moment inside, local ISO; None is open."""
    end: str | None = None
    """Ranges only: the first moment outside, local ISO; None is open."""
    alternatives: tuple[Any, ...] = ()
    """Every reading, best first, when the words allow more than one; then `value` is the best or None.

    A reading of a range is {"from", "to"}; a point may have one too ("10 to 11" is 10:50, or from ten on).
    """
    excluded: bool = False
    """True for what the caller does not want ("not Monday")."""
    confidence: float = 1.0
    """0..1, how sure the grammar is that these words mean this."""
    attributes: tuple[tuple[str, Any], ...] = ()
    """Further facts, sorted by name: ("part_of_day", "morning"), ("fuzzy", True), ("grain", "day"), ..."""

    def plain(self) -> dict[str, Any]:
        """The shape of the outside interface."""
        out: dict[str, Any] = {"type": self.type, "text": self.text, "span": list(self.span)}
        if self.type.endswith("range"):
            out |= {"from": self.start, "to": self.end}
        else:
            out["value"] = self.value
        if self.alternatives:
            out["alternatives"] = list(self.alternatives)
        if self.excluded:
            out["excluded"] = True
        return out | dict(self.attributes)
