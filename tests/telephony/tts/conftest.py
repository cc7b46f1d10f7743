"""Vendors' SDKs warn about each other's next versions; that is theirs to mend."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if "telephony/asr" in item.nodeid or "telephony/tts" in item.nodeid:
            item.add_marker(pytest.mark.filterwarnings("ignore:websockets.*:DeprecationWarning"))
