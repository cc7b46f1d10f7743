"""Frontdesk's dialogue engine: it knows no audio and no trade's words."""
