"""Spoken dates and times: what a caller's words mean on the business's calendar and clock."""

from engine.nlu.temporal.clock import Clock
from engine.nlu.temporal.grammar import TemporalGrammar

__all__ = ["Clock", "TemporalGrammar"]
