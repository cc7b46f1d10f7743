"""Call control of a Twilio call: put through and hang up by REST, through Twilio's own SDK.

A cold transfer is one request after which Twilio needs us no more, so it works for an emergency on a dying
process; should nobody answer, the caller comes back to us on a new media socket. A warm one calls the
person first, tells who is waiting and asks for a key, while the caller still hears us; only then are the two
brought together, so a caller never falls into a mailbox. What Twilio's words mean is in two tables.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from telephony.lines.switchboard import Switchboard
from telephony.lines.twiml import Dialling, conference_document, transfer_document, whisper_document

if TYPE_CHECKING:
    from twilio.rest import Client

OUTCOMES: Mapping[str, str] = {
    "in-progress": "answered",
    "answered": "answered",
    "completed": "answered",
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "caller_left",
    "failed": "failed",
}
"""Twilio's status of a leg that was dialled, or of a Dial, as our outcome; others decide nothing."""
_MACHINES = ("machine", "fax")
_GONE = 20404
"""Twilio's code for a call that has ended already: no error, the caller has left."""
_SETTLING_S = 10.0
"""How long after the last ring a call-back may still be on its way."""
LANGUAGES: Mapping[str, str] = {"en": "en-GB", "de": "de-DE", "es": "es-ES", "lt": "en-GB", "lv": "en-GB"}
"""The voice of the whisper; Twilio's basic voices know no Lithuanian and no Latvian."""


class Returning(Protocol):
    """A line whose caller may come back on another socket."""

    async def returned(self, within_s: float) -> bool:
        """Wait for the caller to be back; False when nobody came."""

    def expect_return(self) -> None:
        """The end of this socket is not yet the end."""

    def give_up_return(self) -> None:
        """Nobody comes back."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """One account, shared by all its calls."""

    client: Client
    own_number: str
    """What a person who is called sees, E.164."""
    board: Switchboard
    ring_s: int = 20
    request_s: float = 4.0
    """How long a REST request may take."""


def connect(account_sid: str, auth_token: str, *, api_base: str = "") -> Client:
    """Build Twilio's client; call it inside the event loop that will use it.

    `api_base` stands in for the origin of Twilio's address: a proxy's, or that of a local server in tests.
    The SDK logs the numbers it sends, so it gets a logger that says nothing.
    """
    from twilio.http.async_http_client import AsyncTwilioHttpClient
    from twilio.rest import Client

    class Transport(AsyncTwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
        """The SDK's own, without the password parameter that aiohttp is about to drop."""

        async def request(self, method: str, url: str, **named: Any) -> Any:
            name, password = named.pop("auth", None) or ("", "")
            word = b64encode(f"{name}:{password}".encode()).decode("ascii")
            named["headers"] = {**(named.get("headers") or {}), "Authorization": f"Basic {word}"}
            if api_base:
                path = urlsplit(url)
                url = f"{api_base}{path.path}" + (f"?{path.query}" if path.query else "")
            return await super().request(method, url, **named)

    silent = logging.getLogger("telephony.lines.twilio.sdk")
    silent.disabled = True
    return Client(account_sid, auth_token, http_client=Transport(logger=silent))


class TwilioControl:
    """Call control of one call: a `telephony.line.LineControl`."""

    def __init__(
        self,
        account: TwilioAccount,
        call: str,
        line: Returning,
        room: str,
        callback: Callable[[str, str], str],
    ) -> None:
        """Take control of a call.

        `call` is Twilio's id of it; `line` has to survive while the caller is away; `room` names the
        conference of a warm transfer, which nobody can guess; `callback` turns a purpose (dialled | leg |
        gone | warm_leg | key | machine) and a key into the public url of a call-back.
        """
        self._account = account
        self._call = call
        self._line = line
        self._room = room
        self._callback = callback

    async def transfer(self, number: str, summary: Mapping[str, Any], *, warm: bool) -> str:
        """Put the caller through; the typed outcome."""
        try:
            return await (self._warm(number, summary) if warm else self._cold(number))
        except TimeoutError:
            return "failed"

    async def hang_up(self) -> None:
        """End the call by REST: closing the socket would only start the document's next verb.

        Raises:
            ConnectionError: Twilio could not be reached.
        """
        await self._update(self._call, status="completed")

    # --- cold ------------------------------------------------------------------------------------

    async def _cold(self, number: str) -> str:
        account, board = self._account, self._account.board
        key = board.expect()
        self._line.expect_return()
        try:
            document = transfer_document(
                Dialling(number, account.ring_s),
                action_url=self._callback("dialled", key),
                status_url=self._callback("leg", key),
            )
            # Twilio says nothing of a Dial whose caller hangs up, but it tells the end of the call itself.
            gone = self._callback("gone", key)
            problem = await self._update(self._call, twiml=document, status_callback=gone)
            if problem:
                return problem
            word = await board.outcome(key, account.ring_s + _SETTLING_S)
            outcome = OUTCOMES.get(word or "", "failed")
            if outcome in {"answered", "caller_left"}:
                return outcome
            # The talk goes on when the caller is really back; what is said before that is said to nobody.
            return outcome if await self._line.returned(_SETTLING_S) else "caller_left"
        finally:
            board.forget(key)
            self._line.give_up_return()

    # --- warm ------------------------------------------------------------------------------------

    async def _warm(self, number: str, summary: Mapping[str, Any]) -> str:
        account, board = self._account, self._account.board
        key = board.expect()
        leg = ""
        taken = False
        try:
            language = LANGUAGES.get(str(summary.get("language", "")), "en-GB")
            leg = await self._dial(number, whisper_words(summary), language, key)
            if not leg:
                return "failed"
            word = await board.outcome(key, account.ring_s + _SETTLING_S * 2)
            if word != "accepted":
                return _refused(word)
            problem = await self._update(self._call, twiml=conference_document(self._room))
            taken = not problem
            return problem or "answered"
        finally:
            board.forget(key)
            if leg and not taken:
                await self._drop(leg)

    async def _dial(self, number: str, words: str, language: str, key: str) -> str:
        """Call the person; the id of the leg, empty when Twilio refused."""
        from aiohttp import ClientError
        from twilio.base.exceptions import TwilioException

        account = self._account
        try:
            async with asyncio.timeout(account.request_s):
                leg = await account.client.calls.create_async(
                    to=number,
                    from_=account.own_number,
                    timeout=account.ring_s,
                    twiml=whisper_document(words, language, action_url=self._callback("key", key)),
                    status_callback=self._callback("warm_leg", key),
                    status_callback_event=["initiated", "ringing", "answered", "completed"],
                    machine_detection="Enable",
                    async_amd="true",
                    async_amd_status_callback=self._callback("machine", key),
                )
        except (TwilioException, ClientError, OSError, TimeoutError):
            return ""
        return str(leg.sid or "")

    async def _drop(self, leg: str) -> None:
        """Stop calling a person who did not take the call."""
        try:
            await self._update(leg, status="completed")
        except OSError:
            return  # it rings out by itself

    async def _update(self, call: str, **change: str) -> str:
        """Change a live call; the outcome that keeps it from happening, empty when it was done.

        Raises:
            ConnectionError: Twilio could not be reached in time.
        """
        from aiohttp import ClientError
        from twilio.base.exceptions import TwilioException, TwilioRestException

        try:
            async with asyncio.timeout(self._account.request_s):
                await self._account.client.calls(call).update_async(**change)
        except TwilioRestException as refusal:
            return "caller_left" if refusal.code == _GONE or refusal.status == 404 else "failed"
        except (TwilioException, ClientError, OSError, TimeoutError) as failure:
            if "twiml" in change:
                return "failed"
            raise ConnectionError("the carrier's call control does not answer") from failure
        return ""


def _refused(word: str | None) -> str:
    """Why a person who was called did not take the call."""
    if word is None:
        return "no_answer"
    if word in {"declined", "voicemail"}:
        return word
    outcome = OUTCOMES.get(word, "failed")
    return {"answered": "declined", "caller_left": "no_answer"}.get(outcome, outcome)


# --- what call-backs mean: form fields to a word for the switchboard, None when it decides nothing


def word_of_dial(form: Mapping[str, str]) -> str | None:
    """The end of a cold transfer's Dial."""
    status = form.get("DialCallStatus", "")
    return status if status in OUTCOMES else None


def word_of_leg(form: Mapping[str, str]) -> str | None:
    """The state of a leg that was dialled cold: being answered decides, being over may arrive first."""
    status = form.get("CallStatus", "")
    return status if status in OUTCOMES else None


def word_of_gone(form: Mapping[str, str]) -> str | None:
    """The end of the caller's own leg while a person is rung."""
    return "canceled" if form.get("CallStatus", "") == "completed" else None


def word_of_warm_leg(form: Mapping[str, str]) -> str | None:
    """The state of a leg that was dialled warm: there a key decides, and being answered does not."""
    status = form.get("CallStatus", "")
    return status if status in OUTCOMES and status not in {"in-progress", "answered"} else None


def word_of_key(form: Mapping[str, str]) -> str:
    """The key that the person pressed."""
    return "accepted" if form.get("Digits") == "1" else "declined"


def word_of_machine(form: Mapping[str, str]) -> str | None:
    """Who picked up, as answering machine detection sees it."""
    return "voicemail" if form.get("AnsweredBy", "").startswith(_MACHINES) else None


def room_of(run: str) -> str:
    """The conference of a warm transfer; `run` cannot be guessed, so it cannot either."""
    return f"desk-{run}"


def joined(run: str) -> str:
    """What the person who took a warm transfer hears: the room in which the caller arrives."""
    return conference_document(room_of(run))


def whisper_words(summary: Mapping[str, Any]) -> str:
    """What a person hears before taking a call: what the caller wants, and what is known already."""
    said = summary.get("words")
    if isinstance(said, str) and said:
        return said[:600]
    slots = summary.get("slots")
    known = [
        f"{name.replace('_', ' ')}: {text}"
        for name, value in (slots.items() if isinstance(slots, Mapping) else ())
        if (text := _spoken(value))
    ]
    about = str(summary.get("flow") or "a call").replace("_", " ")
    return ". ".join([f"A caller for you, about {about}", *known, "Press one to take the call"])[:600]


def _spoken(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("name", "")
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
