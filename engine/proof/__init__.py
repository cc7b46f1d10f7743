"""Proof: what the machine can never do, shown for a pack before it takes a call."""
