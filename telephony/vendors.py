"""Every recogniser and voice by its name in a configuration: the one table that a new one edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar

from rapidfuzz import fuzz, process

from engine.core.errors import FrontdeskError
from telephony.config import VendorSettings, secret
from telephony.speech import Recognizer, Synthesizer

Made = TypeVar("Made")
Options = Mapping[str, str]


class UnknownVendorError(FrontdeskError):
    """A vendor or an option that does not exist, with the nearest that does."""


@dataclass(frozen=True, slots=True)
class Vendor(Generic[Made]):
    """How one of them is made."""

    build: Callable[[str, Options, Sequence[str]], Made]
    """From the key, the options and the names that may be said in any call."""
    options: frozenset[str] = frozenset()
    keyed: bool = True
    """It cannot be used without a key."""


def _deepgram(key: str, options: Options, _phrases: Sequence[str]) -> Recognizer:
    from telephony.asr.deepgram import DeepgramRecognizer

    return DeepgramRecognizer(key, model=options.get("model", "nova-3"), url=options.get("url", ""))


def _flux(key: str, options: Options, _phrases: Sequence[str]) -> Recognizer:
    from telephony.asr.flux import FluxRecognizer

    return FluxRecognizer(key, model=options.get("model", "flux-general-en"), url=options.get("url", ""))


def _azure(key: str, options: Options, phrases: Sequence[str]) -> Recognizer:
    from telephony.asr.azure import AzureRecognizer

    return AzureRecognizer(key, region=options.get("region", ""), url=options.get("url", ""), phrases=phrases)


def _wyoming(_key: str, options: Options, _phrases: Sequence[str]) -> Recognizer:
    from telephony.asr.wyoming import WyomingRecognizer

    host, port = options.get("host", "127.0.0.1"), int(options.get("port", "10300"))
    return WyomingRecognizer(host, port, model=options.get("model", ""))


def _openai(key: str, options: Options, _phrases: Sequence[str]) -> Recognizer:
    from telephony.asr.openai_http import OpenAIRecognizer

    url = options.get("url", "https://api.openai.com")
    return OpenAIRecognizer(key, url=url, model=options.get("model", "whisper-1"))


def _local(_key: str, _options: Options, _phrases: Sequence[str]) -> Recognizer:
    from telephony.asr.local import load

    return load()


def _azure_voice(key: str, options: Options, _phrases: Sequence[str]) -> Synthesizer:
    from telephony.tts.azure import AzureSynthesizer

    return AzureSynthesizer(key, region=options.get("region", ""), url=options.get("url", ""))


def _deepgram_voice(key: str, options: Options, _phrases: Sequence[str]) -> Synthesizer:
    from telephony.tts.deepgram import DeepgramSynthesizer

    return DeepgramSynthesizer(key, url=options.get("url", ""), voices=_voices(options))


def _wyoming_voice(_key: str, options: Options, _phrases: Sequence[str]) -> Synthesizer:
    from telephony.tts.wyoming import WyomingSynthesizer

    host, port = options.get("host", "127.0.0.1"), int(options.get("port", "10200"))
    return WyomingSynthesizer(host, port, voices=_voices(options))


def _openai_voice(key: str, options: Options, _phrases: Sequence[str]) -> Synthesizer:
    from telephony.tts.openai_http import OpenAISynthesizer

    url, model = options.get("url", "https://api.openai.com"), options.get("model", "gpt-4o-mini-tts")
    return OpenAISynthesizer(key, url=url, model=model, voices=_voices(options) or None)


def _local_voice(_key: str, _options: Options, _phrases: Sequence[str]) -> Synthesizer:
    from telephony.tts.local import load

    return load()


def _voices(options: Options) -> dict[str, str]:
    """The options `voice_en`, `voice_lt` and so on, by language."""
    return {
        name.removeprefix("voice_"): value for name, value in options.items() if name.startswith("voice_")
    }


_WHERE = frozenset({"host", "port", "url", "region"})
"""Options that say where a voice is, not which."""
_VOICE = frozenset(f"voice_{code}" for code in ("de", "en", "es", "lt", "lv"))

RECOGNISERS: Mapping[str, Vendor[Recognizer]] = {
    "deepgram": Vendor(_deepgram, frozenset({"model", "url"})),
    "flux": Vendor(_flux, frozenset({"model", "url"})),
    "azure": Vendor(_azure, frozenset({"region", "url"})),
    "wyoming": Vendor(_wyoming, frozenset({"host", "port", "model"}), keyed=False),
    "openai": Vendor(_openai, frozenset({"model", "url"}), keyed=False),
    "local": Vendor(_local, keyed=False),
}
VOICES: Mapping[str, Vendor[Synthesizer]] = {
    "azure": Vendor(_azure_voice, frozenset({"region", "url"})),
    "deepgram": Vendor(_deepgram_voice, frozenset({"url"}) | _VOICE),
    "wyoming": Vendor(_wyoming_voice, frozenset({"host", "port"}) | _VOICE, keyed=False),
    "openai": Vendor(_openai_voice, frozenset({"model", "url"}) | _VOICE, keyed=False),
    "local": Vendor(_local_voice, keyed=False),
}


def recogniser(
    wanted: Sequence[VendorSettings],
    phrases: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Recognizer:
    """Make what a configuration names; several stand in for each other in order.

    Raises:
        UnknownVendorError: a name or an option that does not exist, or a key that is needed and not named.
        SecretMissingError: a key that the environment does not hold.
    """
    from telephony.asr.ordered import OrderedRecognizer

    made = [_made(RECOGNISERS, "recogniser", one, phrases, environment) for one in wanted]
    return made[0] if len(made) == 1 else OrderedRecognizer(made)


def voice(wanted: Sequence[VendorSettings], environment: Mapping[str, str] | None = None) -> Synthesizer:
    """Make what a configuration names; several stand in for each other in order.

    Raises:
        UnknownVendorError: a name or an option that does not exist, or a key that is needed and not named.
        SecretMissingError: a key that the environment does not hold.
    """
    from telephony.tts.clips import ClipSynthesizer, clip_folder
    from telephony.tts.ordered import OrderedSynthesizer

    made = [
        ClipSynthesizer(live, clip_folder(name), voice=name) for name, live in voices(wanted, environment)
    ]
    return made[0] if len(made) == 1 else OrderedSynthesizer(made)


def voices(
    wanted: Sequence[VendorSettings], environment: Mapping[str, str] | None = None
) -> list[tuple[str, Synthesizer]]:
    """The voices of a configuration, live, each with the name that its clips are kept under.

    Raises:
        UnknownVendorError: a name or an option that does not exist, or a key that is needed and not named.
        SecretMissingError: a key that the environment does not hold.
    """
    return [(_voice_name(one), _made(VOICES, "voice", one, (), environment)) for one in wanted]


def _voice_name(wanted: VendorSettings) -> str:
    """A vendor has many voices, and they must not be mixed in one sentence."""
    chosen = "\n".join(f"{name}={wanted.options[name]}" for name in sorted(wanted.options.keys() - _WHERE))
    return f"{wanted.use}-{sha256(chosen.encode()).hexdigest()[:8]}" if chosen else wanted.use


def _made(
    table: Mapping[str, Vendor[Made]],
    kind: str,
    wanted: VendorSettings,
    phrases: Sequence[str],
    environment: Mapping[str, str] | None,
) -> Made:
    vendor = table.get(wanted.use)
    if vendor is None:
        raise UnknownVendorError(f"there is no {kind} '{wanted.use}'; {_nearest(wanted.use, table)}")
    for option in wanted.options:
        if option not in vendor.options:
            hint = _nearest(option, vendor.options)
            raise UnknownVendorError(f"the {kind} '{wanted.use}' has no option '{option}'; {hint}")
    if vendor.keyed and wanted.key is None:
        raise UnknownVendorError(f"the {kind} '{wanted.use}' needs a key; name its environment variable")
    key = secret(wanted.key, environment) if wanted.key else ""
    return vendor.build(key, wanted.options, phrases)


def _nearest(name: str, known: Mapping[str, object] | frozenset[str]) -> str:
    found = process.extractOne(name, sorted(known), scorer=fuzz.ratio, score_cutoff=60)
    return f"did you mean '{found[0]}'?" if found else f"there are {', '.join(sorted(known))}"
