"""The streaming shell around the engine: lines, recognisers, synthesisers and the one loop of a call."""
