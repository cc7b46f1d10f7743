"""The pure core: a call is a fold of events over a state, see `machine.step`."""
