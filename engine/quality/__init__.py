"""Judging calls: example calls, policy cases, and later metrics and simulation."""
