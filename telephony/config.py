"""What a server is told before it answers a telephone: its addresses, its lines, its vendors.

The file names environment variables where a secret is needed and never holds one, so it may be kept beside
the packs. All mistakes come at once, each with its place.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from rapidfuzz import fuzz, process

from engine.core.errors import FrontdeskError, PackError, Problem
from engine.pack.source import Kind, Node, Sources

Secret = Annotated[
    str, Field(pattern=r"^[A-Z][A-Z0-9_]{2,63}$", description="the name of an environment variable")
]
Phone = Annotated[str, Field(pattern=r"^\+\d{6,15}$", description="E.164")]
Seconds = Annotated[float, Field(gt=0, le=600)]


class SecretMissingError(FrontdeskError):
    """A secret that the configuration names and the environment does not hold."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Address(_Part):
    """Where to listen."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """0: any free one."""


class TwilioSettings(_Part):
    """An account of Twilio's."""

    account: Secret = "TWILIO_ACCOUNT_SID"
    token: Secret = "TWILIO_AUTH_TOKEN"  # noqa: S105 - a name
    number: Phone
    """A number of ours, which a person who is called sees."""
    shared_keys: Mapping[str, Secret] = {}
    """Names of shared webhook keys, and the variables of their secrets."""
    api_base: Annotated[str, Field(pattern=r"^https?://[^/?#]+$")] | None = None
    """Instead of Twilio's own address."""
    ring_s: Annotated[int, Field(ge=5, le=120)] = 20


class AudioSocketSettings(_Part):
    """Asterisk's AudioSocket; the protocol knows no password, so it is told who may connect."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 9092
    site: str
    allow: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
    rate: Literal[8000, 16000] = 8000

    @field_validator("rate", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return int(value) if isinstance(value, str) and value.isdigit() else value


class SipSettings(_Part):
    """A SIP trunk, or telephones and an exchange that call us."""

    site: str
    user: str = "desk"
    """The user part that callers dial."""
    domain: str
    """The trunk's or exchange's, with a port where it has one; numbers are dialled there."""
    listen: Annotated[str, Field(pattern=r"^[0-9a-fA-F.:\[\]]+:\d+$")] = "127.0.0.1:5060"
    password: Secret | None = None
    auth_user: str | None = None
    register_here: bool = False
    """True for an exchange that has to be told where we are."""
    ring_s: Annotated[int, Field(ge=5, le=120)] = 25


class VendorSettings(_Part):
    """A recogniser or a voice: which one, and what its own module asks for."""

    use: str
    """A name of the table in `telephony/vendors.py`."""
    key: Secret | None = None
    options: Mapping[str, str] = {}


class CarrierSettings(_Part):
    """A carrier besides Twilio."""

    secret: Secret
    """Telnyx: the public key of the account; Plivo: the token; Vonage: the signature secret."""
    account: Secret | None = None
    """Plivo: the auth id. Without it a call cannot be ended there, and the person is rung instead."""
    key: Secret | None = None
    """Telnyx: an API key, for the same."""
    api_base: Annotated[str, Field(pattern=r"^https?://[^/?#]+$")] | None = None
    """Instead of the carrier's own address."""


class HandoverSettings(_Part):
    """Where software of the business is told whom we put through."""

    url: Annotated[str, Field(pattern=r"^https?://.+$")]
    secret: Secret
    """What the hand-overs are signed with."""


class SiteSettings(_Part):
    """What belongs to one site."""

    lines: tuple[Literal["twilio", "telnyx", "plivo", "vonage", "browser", "asterisk"], ...] = ("twilio",)
    person: Phone
    """Who is rung when our process dies in the middle of a call."""
    password: Secret | None = None
    """For lines whose far side has a fixed address: asterisk."""
    most_calls: Annotated[int, Field(ge=1)] = 50
    """More calls at a time go straight to the person."""


class ServerSettings(_Part):
    """A whole server."""

    public_url: Annotated[str, Field(pattern=r"^https?://[^/?#]+$")]
    """What the world calls us by, without a slash at the end. Never taken from a request: a proxy changes
    host and port, and a stranger may write what he likes."""
    listen: Address = Address()
    ticket_key: Secret = "FRONTDESK_TICKET_KEY"
    """At least 16 bytes, the same for all processes behind one address."""
    sites: Mapping[str, SiteSettings] = Field(min_length=1)
    twilio: TwilioSettings | None = None
    telnyx: CarrierSettings | None = None
    plivo: CarrierSettings | None = None
    vonage: CarrierSettings | None = None
    audiosocket: AudioSocketSettings | None = None
    sip: SipSettings | None = None
    handover: HandoverSettings | None = None
    recognisers: tuple[VendorSettings, ...] = ()
    """In order: when one fails, the next takes over."""
    voices: tuple[VendorSettings, ...] = ()
    opening_s: Seconds = 5.0
    silence_s: Seconds = 10.0

    @property
    def public_ws(self) -> str:
        """The public url with the scheme of a WebSocket."""
        return "ws" + self.public_url.removeprefix("http")


def secret(name: str, environment: Mapping[str, str] | None = None) -> str:
    """The secret under a name.

    Raises:
        SecretMissingError: the environment does not hold it.
    """
    value = (os.environ if environment is None else environment).get(name, "")
    if not value:
        raise SecretMissingError(f"the environment variable {name} is not set; the configuration asks for it")
    return value


def read_settings(path: Path) -> ServerSettings:
    """Read a configuration file.

    Raises:
        PackError: everything that is wrong with it, each with its place.
    """
    sources = Sources()
    documents = sources.read(path, path.name)
    if not documents and not sources.problems:
        sources.problems.append(Problem(path.name, 1, 1, "the file is empty", "see telephony/README.md"))
    if sources.problems:
        raise PackError(tuple(sources.problems))
    try:
        return ServerSettings.model_validate(_plain(documents[0]))
    except ValidationError as error:
        problems = [_problem(documents[0], dict(found)) for found in error.errors(include_input=False)]
        raise PackError(tuple(sorted(problems))) from None


def _plain(node: Node) -> Any:
    match node.kind:
        case Kind.MAP:
            return {name: _plain(value) for name, _, value in node.own_pairs()}
        case Kind.LIST:
            return [_plain(item) for item in node.items]
        case Kind.NULL:
            return None
        case _:
            return node.text


def _problem(node: Node, found: Mapping[str, Any]) -> Problem:
    """One mistake with the place of the deepest key that exists."""
    shown = node
    for step in found["loc"]:
        entry = node.entries.get(str(step))
        if entry is not None:
            shown, node = (entry.key if entry.value.kind is not Kind.TEXT else entry.value), entry.value
        elif isinstance(step, int) and step < len(node.items):
            shown = node = node.items[step]
    key = ".".join(str(step) for step in found["loc"])
    message = f"{key}: {found['msg'][0].lower()}{found['msg'][1:]}"
    hint = _HINTS.get(str(found.get("ctx", {}).get("pattern", "")), "")
    if found["type"] == "extra_forbidden":
        hint = _nearest(str(found["loc"][-1]))
    # The line of a pasted secret is not shown again.
    line = "" if hint == _HINTS[_VARIABLE] else shown.file.line(shown.line)
    return Problem(shown.file.name, shown.line, shown.column, message, hint, line, shown.width())


def _nearest(name: str) -> str:
    """The known key that is nearest to one that is none."""
    known = {field for part in _Part.__subclasses__() for field in part.model_fields}
    found = process.extractOne(name, sorted(known), scorer=fuzz.ratio, score_cutoff=60)
    return f"did you mean '{found[0]}'?" if found else "remove it"


_VARIABLE = r"^[A-Z][A-Z0-9_]{2,63}$"
_HINTS = {
    _VARIABLE: "write the NAME of an environment variable, never the secret itself",
    r"^\+\d{6,15}$": "write it as +37052190001",
    r"^https?://[^/?#]+$": "write it as https://phone.example.com",
}
