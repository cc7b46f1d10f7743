"""Ending a call at the carriers besides Twilio: one request, and what differs between them is a row.

Where the socket alone is closed, the carrier takes the next step of its document and rings the person, so a
talk that has come to its end must be ended there as well. Putting a caller through is not done from here.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

_GONE = frozenset({404, 410, 422})
"""The call has ended already: no error. Telnyx says so by 422."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one carrier is told that a call is over."""

    base: str
    method: str
    path: str
    """With places for the account and the call."""
    authorization: Callable[[str, str], str]
    """From the account and the key."""


def _bearer(_account: str, key: str) -> str:
    return f"Bearer {key}"


def _basic(account: str, key: str) -> str:
    return f"Basic {b64encode(f'{account}:{key}'.encode()).decode('ascii')}"


ENDINGS: Mapping[str, Ending] = {
    "telnyx": Ending("https://api.telnyx.com", "POST", "/v2/calls/{call}/actions/hangup", _bearer),
    "plivo": Ending("https://api.plivo.com", "DELETE", "/v1/Account/{account}/Call/{call}/", _basic),
}


@dataclass(frozen=True, slots=True)
class CarrierControl:
    """Call control of one call: a `telephony.line.LineControl`."""

    client: httpx2.AsyncClient
    ending: Ending
    base: str
    account: str
    key: str
    call: str

    async def transfer(self, number: str, summary: Mapping[str, Any], *, warm: bool) -> str:
        """Nobody can be put through from here; the talk goes on with what the pack says then."""
        return "failed"

    async def hang_up(self) -> None:
        """End the call; one that has ended already is no error.

        Raises:
            ConnectionError: the carrier could not be reached, or refuses.
        """
        import httpx2

        path = self.ending.path.format(account=self.account, call=self.call)
        headers = {"authorization": self.ending.authorization(self.account, self.key)}
        body = b"{}" if self.ending.method == "POST" else None
        if body is not None:
            headers["content-type"] = "application/json"
        try:
            answer = await self.client.request(
                self.ending.method, f"{self.base}{path}", content=body, headers=headers
            )
        except httpx2.HTTPError as failure:
            raise ConnectionError("the carrier's call control does not answer") from failure
        if not answer.is_success and answer.status_code not in _GONE:
            raise ConnectionError(f"the carrier's call control answers {answer.status_code}")
