"""From an open line to a whole call: the sites of a server, each with its book, its ears and its voice."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.calls import Desk
from engine.core.errors import FrontdeskError
from telephony.announcing import HandoverWebhook
from telephony.call import CallResult, run_call
from telephony.config import ServerSettings, read_settings, secret
from telephony.handing_over import watch
from telephony.lines.sip import RATE as WHISPER_RATE
from telephony.lines.twilio import whisper_words
from telephony.settings import Shell
from telephony.speech import SpeechUnavailable
from telephony.switch import Answer, Switch, Whisper

if TYPE_CHECKING:
    from engine.archive.store import Archive
    from engine.text_call import Tape
    from telephony.line import Line
    from telephony.speech import Recognizer, Synthesizer


_log = logging.getLogger(__name__)
_WHISPERED = "en"
"""The language of the whisper; its words are put together from the names of slots, which are English."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site, ready to take calls."""

    desk: Desk
    recognizer: Recognizer
    synthesizer: Synthesizer
    tape: Callable[[str], Tape | None] | None = None
    """Makes the tape of a call by its id; None keeps none."""
    sound: Callable[[str], Path] | None = None
    """Where the sound of a call is kept, if the site records and the caller agrees; None keeps none."""
    clock: Callable[[], datetime] | None = None
    """None: the real one, in the site's time zone."""


def answering(sites: Mapping[str, Site], shell: Shell) -> Answer:
    """Answer calls of several sites with what all of them share."""

    async def answer(line: Line, site: str) -> None:
        told = sites[site]
        result = await run_call(
            line,
            told.recognizer,
            told.synthesizer,
            told.desk.performer,
            told.desk.domain,
            told.clock or told.desk.clock(None),
            shell=shell,
            tape=told.tape,
            sound=told.sound,
        )
        await asyncio.to_thread(keep_timings, told.desk, result)

    return answer


def whispering(sites: Mapping[str, Site]) -> Whisper:
    """Tell the person of a site who is waiting, in the site's own voice."""

    async def whisper(site: str, summary: Mapping[str, Any]) -> bytes:
        spoken = sites[site].synthesizer.speak(
            whisper_words(summary), style="neutral", language=_WHISPERED, rate=WHISPER_RATE
        )
        try:
            return b"".join([chunk.pcm async for chunk in spoken])
        except SpeechUnavailable:
            return b""  # the caller is put through without it

    return whisper


def keep_timings(desk: Desk, result: CallResult) -> None:
    """File with a call how long the parts of its replies took, where its tape is filed."""
    if desk.archive is None or not result.state.call:
        return
    try:
        desk.archive.keep_timings(result.state.call, result.timings.plain())
    except (sqlite3.Error, FrontdeskError) as error:
        _log.warning("the times of a call are lost: %s", type(error).__name__)


def site_of(desk: Desk, settings: ServerSettings, environment: Mapping[str, str] | None = None) -> Site:
    """Make the ears and the voice that a configuration names for a site, and prepare it for its first caller.

    Raises:
        UnknownVendorError: a vendor or an option that does not exist.
        SecretMissingError: a key that the environment does not hold.
    """
    from telephony.vendors import recogniser, voice

    desk.prepare()
    names = [provider.name for provider in desk.domain.catalogue.providers.values()]
    ears = recogniser(settings.recognisers, names, environment)
    sound = desk.archive.sound_path if desk.archive is not None else None
    return Site(desk, ears, voice(settings.voices, environment), desk.tape, sound)


async def serve(settings: ServerSettings, sites: Mapping[str, Site], shell: Shell | None = None) -> None:
    """Take calls until the process is told to stop.

    Raises:
        SecretMissingError: a secret that the configuration names and the environment does not hold.
    """
    import uvicorn

    from telephony.impatience import uvicorn_config
    from telephony.server import application

    shell = shell or Shell()
    if settings.handover is not None:
        key = secret(settings.handover.secret).encode()
        shell.announce = HandoverWebhook(settings.handover.url, key).announce
    switch = Switch(settings, answering(sites, shell), whisper=whispering(sites))
    config = uvicorn_config(application(switch), host=settings.listen.host, port=settings.listen.port)
    watching = asyncio.create_task(watch(shell, watched(sites)))
    try:
        await uvicorn.Server(config).serve()
    finally:
        watching.cancel()


def watched(sites: Mapping[str, Site]) -> list[tuple[Archive, Callable[[], datetime]]]:
    """The archives that the calls of some sites are filed in, each with its site's clock."""
    return [
        (site.desk.archive, site.clock or site.desk.clock(None))
        for site in sites.values()
        if site.desk.archive is not None
    ]


def run(names: Sequence[str], lines: Path, database: str) -> None:
    """Open sites and take their calls until the process is told to stop: `frontdesk answer`.

    Raises:
        PackError: the configuration or a site is not fit to serve calls.
        FrontdeskError: a secret is missing, or a vendor does not exist.
        ValueError: the configuration and the sites do not belong together.
        ConnectionError: an address cannot be had.
    """
    settings = read_settings(lines)
    if not settings.recognisers or not settings.voices:
        raise ValueError(f"{lines.name} names no recogniser or no voice; see telephony/README.md")
    desks = {desk.domain.id: desk for desk in (Desk.open(name, database, keep=True) for name in names)}
    if unknown := sorted(settings.sites.keys() ^ desks.keys()):
        raise ValueError(
            f"{lines.name} and the command name different sites; only one names {', '.join(unknown)}"
        )
    for name, desk in desks.items():
        if desk.domain.recording is not None and desk.archive is None:
            raise ValueError(f"{name} records calls: --db must name a file to keep them with")
    asyncio.run(serve(settings, {name: site_of(desk, settings) for name, desk in desks.items()}))
