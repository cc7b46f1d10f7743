"""Slot filling in plain dicts: what every peer here decides, so that they differ only in how they run it.

The order of questions, the price, the two openings and the booking are the same for all.
"""

from __future__ import annotations

from typing import Any

QUESTIONS = ("service", "name", "born", "day")
OPENINGS = ("2026-11-26T14:00", "2026-11-26T14:30")
REPLIES = {
    "ask_service": "What can we do for you?",
    "ask_name": "Gladly. May I have your full name?",
    "ask_born": "Thank you, {name}. When were you born?",
    "ask_day": "Thank you. Which day suits you?",
    "price": "A check-up costs 35 euros.",
    "offer": "I have two o'clock or half past two on {day}. Which one?",
    "confirm": "A {service} for {name} on {start} with {provider}, is that right?",
    "booked": "You are booked for {start}. Anything else?",
    "bye": "Thank you for calling, good bye.",
}


def decide(slots: dict[str, str], gold: dict[str, str]) -> tuple[dict[str, str], str]:
    """The slots after a turn and the name of the reply; the slots handed in are not changed."""
    if gold.get("question"):
        return slots, gold["question"]
    if gold.get("intent") == "bye":
        return slots, "bye"
    slots = slots | {
        name: value for name, value in gold.items() if name not in {"affirm", "choice", "intent"}
    }
    if "choice" in gold:
        return slots | {"start": OPENINGS[int(gold["choice"])]}, "confirm"
    if gold.get("affirm") and "start" in slots:
        return slots | {"booked": slots["start"]}, "booked"
    missing = next((name for name in QUESTIONS if name not in slots), None)
    return slots, f"ask_{missing}" if missing else "offer"


def booking(slots: dict[str, Any]) -> dict[str, str]:
    """What was booked, in the words of the script's check."""
    return {"service": slots["service"], "provider": slots["provider"], "start": slots["booked"]}
