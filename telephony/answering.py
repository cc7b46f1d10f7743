"""From an open line to a whole call: the sites of a server, each with its book, its ears and its voice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from telephony.call import run_call
from telephony.settings import Shell
from telephony.switch import Answer, Switch

if TYPE_CHECKING:
    from engine.calls import Desk
    from engine.text_call import Tape
    from telephony.config import ServerSettings
    from telephony.line import Line
    from telephony.speech import Recognizer, Synthesizer


@dataclass(frozen=True, slots=True)
class Site:
    """One site, ready to take calls."""

    desk: Desk
    recognizer: Recognizer
    synthesizer: Synthesizer
    tape: Callable[[str], Tape] | None = None
    """Makes the tape of a call by its id; None keeps none."""
    clock: Callable[[], datetime] | None = None
    """None: the real one, in the site's time zone."""


def answering(sites: Mapping[str, Site], shell: Shell) -> Answer:
    """Answer calls of several sites with what all of them share."""

    async def answer(line: Line, site: str) -> None:
        told = sites[site]
        await run_call(
            line,
            told.recognizer,
            told.synthesizer,
            told.desk.performer,
            told.desk.domain,
            told.clock or told.desk.clock(None),
            shell=shell,
            tape=told.tape,
        )

    return answer


def site_of(desk: Desk, settings: ServerSettings, environment: Mapping[str, str] | None = None) -> Site:
    """Make the ears and the voice that a configuration names for a site, and prepare it for its first caller.

    Raises:
        UnknownVendorError: a vendor or an option that does not exist.
        SecretMissingError: a key that the environment does not hold.
    """
    from telephony.vendors import recogniser, voice

    desk.prepare()
    names = [provider.name for provider in desk.domain.catalogue.providers.values()]
    return Site(
        desk, recogniser(settings.recognisers, names, environment), voice(settings.voices, environment)
    )


async def serve(settings: ServerSettings, sites: Mapping[str, Site], shell: Shell | None = None) -> None:
    """Take calls until the process is told to stop.

    Raises:
        SecretMissingError: a secret that the configuration names and the environment does not hold.
    """
    import uvicorn

    from telephony.impatience import uvicorn_config
    from telephony.server import application

    switch = Switch(settings, answering(sites, shell or Shell()))
    config = uvicorn_config(application(switch), host=settings.listen.host, port=settings.listen.port)
    await uvicorn.Server(config).serve()
