"""From a configuration to a recogniser and a voice."""

from __future__ import annotations

import pytest

from telephony.config import SecretMissingError, VendorSettings
from telephony.vendors import RECOGNISERS, VOICES, UnknownVendorError, recogniser, voice

# Vendors' SDKs warn about each other's next versions.
pytestmark = pytest.mark.filterwarnings("ignore:websockets.*:DeprecationWarning")

KEYS = {"A_KEY": "secret"}


def wanted(use, **options):
    key = options.pop("key", "A_KEY")
    return VendorSettings(use=use, key=key, options=options)


@pytest.mark.parametrize("name", sorted(set(RECOGNISERS) - {"local"}))
def test_every_recogniser_of_the_table_can_be_made(name):
    assert recogniser([wanted(name)], ["Kazlauskas"], KEYS).name == name


@pytest.mark.parametrize("name", sorted(set(VOICES) - {"local"}))
def test_every_voice_of_the_table_can_be_made(name):
    assert voice([wanted(name)], KEYS).name == f"clips > {name}"


def test_clips_of_one_voice_are_never_taken_for_another_of_the_same_vendor():
    def named(**options: str) -> str:
        return voice([wanted("deepgram", **options)], KEYS).name

    assert named() == named(url="wss://nearer.example")
    assert named() != named(voice_en="aura-2") != named(voice_en="aura-3")


def test_embedded_speech_needs_no_key_and_its_packages():
    pytest.importorskip("hibari", reason="the speech extra is not installed")
    assert voice([wanted("local", key=None)]).name == "clips > local"


def test_several_stand_in_for_each_other():
    assert recogniser([wanted("deepgram"), wanted("wyoming", key=None)], (), KEYS).name == "ordered"
    assert voice([wanted("azure"), wanted("wyoming", key=None)], KEYS).name == "ordered"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (wanted("depgram"), "there is no recogniser 'depgram'; did you mean 'deepgram'?"),
        (
            wanted("deepgram", modle="nova-3"),
            "the recogniser 'deepgram' has no option 'modle'; did you mean 'model'?",
        ),
        (wanted("azure", key=None), "the recogniser 'azure' needs a key; name its environment variable"),
        (
            wanted("zzz"),
            "there is no recogniser 'zzz'; there are azure, deepgram, flux, local, openai, wyoming",
        ),
    ],
)
def test_a_mistake_names_what_is_allowed(settings, message):
    with pytest.raises(UnknownVendorError) as caught:
        recogniser([settings], (), KEYS)
    assert str(caught.value) == message


def test_a_key_that_is_not_set_is_named():
    with pytest.raises(SecretMissingError, match="B_KEY"):
        voice([wanted("azure", key="B_KEY")], KEYS)
