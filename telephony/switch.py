"""The live state of one server: which calls are open, who waits for which call-back, who may come in."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from telephony.config import CarrierSettings, ServerSettings, secret
from telephony.line import Line
from telephony.lines import twilio
from telephony.lines.call_control import ENDINGS, CarrierControl
from telephony.lines.capability import Ticket, TicketOffice
from telephony.lines.documents import DOCUMENTS, Document
from telephony.lines.sockets import Limits, SocketLine
from telephony.lines.switchboard import Switchboard
from telephony.lines.twiml import Dialling

if TYPE_CHECKING:
    import httpx2

_REQUEST_S = 4.0
"""How long a request to a carrier may take."""
Whisper = Callable[[str, Mapping[str, Any]], Awaitable[bytes]]
"""Site and summary to the sound that tells a person who is waiting, 16-bit at 8 kHz; empty for none."""
Answer = Callable[[Line, str], Awaitable[None]]
"""Talks with one caller until the line is closed: line and site."""


@dataclass
class Switch:
    """Everything that the requests of one process share."""

    settings: ServerSettings
    answer: Answer
    environment: Mapping[str, str] | None = None
    """Where secrets are; None: the process's own."""
    board: Switchboard = field(default_factory=Switchboard)
    lines: dict[str, SocketLine] = field(default_factory=dict)
    """By our id of the call."""
    calls: dict[str, int] = field(default_factory=dict)
    """How many are open, by site."""
    account: twilio.TwilioAccount | None = None
    client: httpx2.AsyncClient | None = None
    """For requests to the other carriers."""
    whisper: Whisper | None = None
    """Says to a person of a site who is waiting, where we call that person ourselves."""

    def __post_init__(self) -> None:
        self.tickets = TicketOffice(secret(self.settings.ticket_key, self.environment).encode())
        self.limits = Limits(opening_s=self.settings.opening_s, silence_s=self.settings.silence_s)
        self.token = ""
        self.shared: dict[str, str] = {}
        told = self.settings.twilio
        if told is not None:
            self.token = secret(told.token, self.environment)
            self.shared = {key: secret(name, self.environment) for key, name in told.shared_keys.items()}

    def connect(self) -> None:
        """Set up what needs the running loop."""
        told = self.settings.twilio
        if told is not None:
            client = twilio.connect(
                secret(told.account, self.environment), self.token, api_base=told.api_base or ""
            )
            self.account = twilio.TwilioAccount(client, told.number, self.board, told.ring_s)
        if any(getattr(self.settings, carrier) is not None for carrier in ENDINGS):
            import httpx2

            self.client = httpx2.AsyncClient(timeout=_REQUEST_S)

    async def disconnect(self) -> None:
        """Close what `connect` has opened."""
        if self.account is not None:
            await self.account.client.http_client.close()
        if self.client is not None:
            await self.client.aclose()

    def full(self, site: str) -> bool:
        """As many calls as this site wants are open."""
        return self.calls.get(site, 0) >= self.settings.sites[site].most_calls

    def serves(self, site: str, line: str) -> bool:
        """True for a site of ours that is reached by this kind of line."""
        told = self.settings.sites.get(site)
        return told is not None and line in told.lines

    def media_url(self, ticket: Ticket) -> str:
        """Where a far side may open the media socket of one call, once."""
        word = self.tickets.issue(ticket, time.time())
        return f"{self.settings.public_ws}/media/{ticket.line}/{ticket.site}/{ticket.run}/{word}"

    def document(self, carrier: str, site: str, run: str, caller: str = "") -> Document:
        """What a carrier is to do with a call: talk to us, and to a person should we fail."""
        url = self.media_url(Ticket(carrier, site, run))
        return DOCUMENTS[carrier](url, Dialling(self.settings.sites[site].person), caller)

    def carrier_secret(self, carrier: str) -> str:
        """What a carrier signs with; empty when it is not configured."""
        told: CarrierSettings | None = getattr(self.settings, carrier, None)
        return secret(told.secret, self.environment) if told is not None else ""

    def twilio_control(self, call: str, line: SocketLine, site: str, run: str) -> twilio.TwilioControl | None:
        """Call control of a call of Twilio's."""
        if self.account is None:
            return None
        base = f"{self.settings.public_url}/twilio/{site}/{run}"
        return twilio.TwilioControl(
            self.account, call, line, twilio.room_of(run), lambda purpose, key: f"{base}/{purpose}/{key}"
        )

    def carrier_control(self, carrier: str, call: str) -> CarrierControl | None:
        """Call control of a call of another carrier's; None where the configuration names no key for it."""
        ending = ENDINGS.get(carrier)
        told: CarrierSettings | None = getattr(self.settings, carrier, None) if ending is not None else None
        if ending is None or told is None or self.client is None or not (told.account or told.key):
            return None
        account = secret(told.account, self.environment) if told.account else ""
        key = secret(told.key or told.secret, self.environment)
        return CarrierControl(self.client, ending, told.api_base or ending.base, account, key, call)

    def whispered(self, site: str) -> Callable[[Mapping[str, Any]], Awaitable[bytes]] | None:
        """How a person of a site is told who is waiting; None: nobody can say it."""
        return partial(self.whisper, site) if self.whisper is not None else None

    async def talk(self, line: SocketLine, kind: str, site: str, run: str) -> None:
        """Have a call answered once it has opened; whatever goes wrong in it stays its own."""
        try:
            opened = await line.open()
            if opened is None:
                return
            if kind == "twilio":
                line.control = self.twilio_control(opened.call, line, site, run)
            elif kind in ENDINGS:
                line.control = self.carrier_control(kind, opened.call)
            self.lines[run] = line
            self.calls[site] = self.calls.get(site, 0) + 1
            try:
                await self.answer(line, site)
            finally:
                self.calls[site] -= 1
                del self.lines[run]
        finally:
            await line.aclose()
