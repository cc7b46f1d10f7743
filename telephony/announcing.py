"""Telling the business's own software whom we put through and what is known already: a signed webhook.

What a person needs to take over is on their screen when the telephone rings. It may never cost the caller
anything: it is sent beside the transfer, tried again once, and given up with a line in the log.
"""

from __future__ import annotations

import hmac
import logging
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from engine.core.actions import Transfer

_TRIES = 2
_LIMIT_S = 4.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HandoverWebhook:
    """Posts hand-overs to one address."""

    url: str
    key: bytes
    """Both sides know it: a hand-over holds what a caller said, and must come from us."""

    async def announce(self, call: str, action: Transfer) -> None:
        """Post a hand-over; raises nothing."""
        import httpx2

        body = orjson.dumps(payload(call, action), option=orjson.OPT_NON_STR_KEYS, default=str)
        headers = {"content-type": "application/json", "x-frontdesk-signature": signed(body, self.key)}
        for _ in range(_TRIES):
            try:
                async with httpx2.AsyncClient(timeout=_LIMIT_S) as client:
                    answer = await client.post(self.url, content=body, headers=headers)
            except httpx2.HTTPError as error:
                why = type(error).__name__
                continue
            if answer.is_success:
                return
            why = str(answer.status_code)
        _log.warning("a hand-over could not be announced: %s", why)


def payload(call: str, action: Transfer) -> dict[str, Any]:
    """What is sent: who is put through to whom and why, and the summary that is whispered as well."""
    return {
        "event": "handover",
        "call": call,
        "target": action.target,
        "phone": action.to,
        "number": action.number,
        "reason": action.reason,
        "summary": dict(action.summary),
    }


def signed(body: bytes, key: bytes, now: float | None = None) -> str:
    """The signature of a body: `t=SECONDS,v1=HMAC-SHA256 of "SECONDS." and the body`."""
    stamp = str(int(time.time() if now is None else now))
    return f"t={stamp},v1={hmac.new(key, stamp.encode() + b'.' + body, sha256).hexdigest()}"
