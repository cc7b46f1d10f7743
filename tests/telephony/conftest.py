"""A whole server of ours on loopback, with an answer that a test gives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from telephony.config import ServerSettings
from telephony.line import LineClosed, SoundArrived
from telephony.server import application
from telephony.switch import Answer, Switch
from tests.peers.serving import free_port, served
from tests.peers.twilio_cloud import ACCOUNT, TOKEN

SECRETS = {
    "FRONTDESK_TICKET_KEY": "k" * 32,
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "EXCHANGE": "letmein",
}
PERSON = "+37052190001"


@dataclass
class Running:
    """A server of ours."""

    url: str
    switch: Switch

    @property
    def ws(self) -> str:
        return "ws" + self.url.removeprefix("http")


async def echo(line: Any, _site: str) -> None:
    """Say back what is heard."""
    async for event in line.events():
        if isinstance(event, SoundArrived):
            line.send(line.stream.sound(event.pcm))
        elif isinstance(event, LineClosed):
            return


@pytest.fixture
def desk() -> Callable[..., AbstractAsyncContextManager[Running]]:
    @asynccontextmanager
    async def run(
        answer: Answer = echo, *, api_base: str = "http://127.0.0.1:9", **settings: Any
    ) -> AsyncIterator[Running]:
        port = free_port()
        told = {
            "public_url": f"http://127.0.0.1:{port}",
            "sites": {
                "north": {
                    "lines": ["twilio", "telnyx", "browser", "asterisk"],
                    "person": PERSON,
                    "password": "EXCHANGE",
                }
            },
            "twilio": {"number": "+37052190000", "api_base": api_base, "ring_s": 5},
        }
        switch = Switch(ServerSettings.model_validate(told | settings), answer, SECRETS)
        async with served(application(switch), port):
            yield Running(f"http://127.0.0.1:{port}", switch)

    return run
