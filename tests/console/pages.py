"""Reading pages in tests."""

from __future__ import annotations

import re

from starlette.testclient import TestClient


def csrf(client: TestClient, path: str = "/calls") -> str:
    """The token of the session, as the page's forms carry it."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]
