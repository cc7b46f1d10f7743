"""Lines: the protocols of carriers, exchanges and browsers, each without its socket."""
