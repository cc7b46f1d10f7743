"""Whoever takes over has it on the screen: a signed webhook beside the transfer, which never costs the caller anything."""

from __future__ import annotations

import asyncio
import hmac
import json
from hashlib import sha256
from typing import Any

import pytest

from engine.core.actions import Transfer
from telephony.announcing import HandoverWebhook, payload, signed
from telephony.settings import Shell
from tests.peers.serving import free_port, served
from tests.telephony.talking import spoken, talk

KEY = b"k" * 16
SUMMARY = {
    "caller": "+37061234567",
    "flow": "book_appointment",
    "slots": {"service": "hygiene"},
    "level": "L4",
}
ACTION = Transfer("reception", "main", "+37052190001", "person", SUMMARY)


class Desk:
    """The business's software on loopback."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.posts: list[tuple[bytes, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = (await receive())["body"]
        self.posts.append((body, dict(scope["headers"])[b"x-frontdesk-signature"].decode()))
        await send({"type": "http.response.start", "status": self.statuses.pop(0), "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("statuses", [(200,), (503, 200)], ids=["at once", "at the second try"])
async def test_a_hand_over_is_posted_with_the_summary_and_a_signature(statuses):
    desk = Desk(*statuses)
    async with served(desk) as port:
        await HandoverWebhook(f"http://127.0.0.1:{port}/handover", KEY).announce("call-1", ACTION)
    assert len(desk.posts) == len(statuses)
    body, signature = desk.posts[-1]
    told = json.loads(body)
    assert told["call"] == "call-1"
    assert (told["target"], told["phone"]) == ("reception", "main")
    assert told["summary"]["slots"] == {"service": "hygiene"}
    stamp, _, mac = signature.removeprefix("t=").partition(",v1=")
    assert mac == hmac.new(KEY, stamp.encode() + b"." + body, sha256).hexdigest()
    assert signed(body, b"another" * 3, float(stamp)) != signature


async def test_one_that_nobody_takes_is_given_up_and_nothing_private_is_logged(caplog):
    await HandoverWebhook(f"http://127.0.0.1:{free_port()}/", KEY).announce("call-1", ACTION)
    assert "could not be announced" in caplog.text
    assert "+3706" not in caplog.text


def test_a_call_announces_its_hand_over_and_is_put_through_whatever_becomes_of_it(monkeypatch):
    told: list[dict[str, Any]] = []

    async def announce(call: str, action: Transfer) -> None:
        told.append(payload(call, action))
        await asyncio.sleep(3.0)

    before = Shell.__init__

    def with_announcement(self: Shell, *arguments: Any, **named: Any) -> None:
        before(self, *arguments, **named)
        self.announce = announce

    monkeypatch.setattr(Shell, "__init__", with_announcement)
    call = talk([spoken("can I speak to a person please")], now="2026-11-24T10:00")
    assert call.line.control.transfers
    assert [item["target"] for item in told] == ["reception"]
    assert told[0]["call"] == "scripted"
    assert "slots" in told[0]["summary"]
