"""Understanding: a caller's words become Commands, or are known not to be understood."""
