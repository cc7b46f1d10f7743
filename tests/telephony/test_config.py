"""What a server is told: its mistakes come at once, with their places, and it never holds a secret."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from engine.core.errors import PackError
from telephony.config import SecretMissingError, read_settings, secret
from telephony.vendors import recogniser, voice

GOOD = """\
public_url: https://phone.example.com
listen: {host: 0.0.0.0, port: 8080}
twilio: {number: "+37052190000"}
audiosocket: {site: north, allow: [10.1.0.0/16], rate: 16000}
recognisers:
  - {use: deepgram, key: DEEPGRAM_API_KEY, options: {model: nova-3}}
  - {use: local}
sites:
  north:
    lines: [twilio, browser]
    person: "+37052190001"
"""


def read(tmp_path, text):
    path = tmp_path / "serve.yml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def problems(tmp_path, text):
    with pytest.raises(PackError) as caught:
        read(tmp_path, text)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_file_is_read(tmp_path):
    settings = read(tmp_path, GOOD)
    assert settings.public_ws == "wss://phone.example.com"
    assert settings.listen.port == 8080
    assert settings.audiosocket is not None
    assert settings.audiosocket.rate == 16000
    assert [vendor.use for vendor in settings.recognisers] == ["deepgram", "local"]
    assert settings.twilio is not None
    assert settings.twilio.token == "TWILIO_AUTH_TOKEN"  # noqa: S105


def test_all_mistakes_come_at_once_with_their_places(tmp_path):
    text = (
        GOOD.replace("port: 8080", "port: 80800")
        .replace("lines:", "lnes:")
        .replace('person: "+37052190001"', "person: 12")
    )
    port, lines, person = problems(tmp_path, text)
    assert port.splitlines() == [
        "serve.yml:2:31: listen.port: input should be less than or equal to 65535",
        "   2 | listen: {host: 0.0.0.0, port: 80800}",
        "                                     ^^^^^",
    ]
    assert lines.splitlines() == [
        "serve.yml:10:5: sites.north.lnes: extra inputs are not permitted",
        "  10 |     lnes: [twilio, browser]",
        "           ^^^^ did you mean 'lines'?",
    ]
    assert person.splitlines() == [
        r"serve.yml:11:13: sites.north.person: string should match pattern '^\+\d{6,15}$'",
        "  11 |     person: 12",
        "                   ^^ write it as +37052190001",
    ]


def test_a_secret_itself_is_refused_and_not_repeated(tmp_path):
    text = GOOD.replace("key: DEEPGRAM_API_KEY", "key: 9f8e7d6c5b4a")
    (problem,) = problems(tmp_path, text)
    head, *_ = problem.splitlines()
    assert head.startswith("serve.yml:6:26: recognisers.0.key:")
    assert "write the NAME of an environment variable, never the secret itself" in problem
    assert "9f8e7d6c5b4a" not in problem


@pytest.mark.parametrize("text", ["", "a: [", "a: 1\na: 2\n", "just words\n"])
def test_what_is_no_configuration_says_so(tmp_path, text):
    assert problems(tmp_path, text)[0].startswith("serve.yml:")


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(PackError, match="cannot be read"):
        read_settings(tmp_path / "none.yml")


def test_a_secret_that_is_not_set_names_its_variable():
    assert secret("A_KEY", {"A_KEY": "x"}) == "x"
    with pytest.raises(SecretMissingError, match="A_KEY is not set"):
        secret("A_KEY", {"A_KEY": ""})


# Vendors' SDKs warn about each other's next versions.
@pytest.mark.filterwarnings("ignore:websockets.*:DeprecationWarning")
def test_the_configuration_in_the_readme_is_one(tmp_path):
    readme = (Path(__file__).parents[2] / "telephony" / "README.md").read_text(encoding="utf-8")
    block = readme.partition("## Configuration of a server\n")[2].partition("\n`")[0].partition("\nAt the")[0]
    settings = read(tmp_path, textwrap.dedent(block))
    assert settings.sip is not None
    keys = {"DEEPGRAM_API_KEY": "a", "AZURE_SPEECH_KEY": "b"}
    assert recogniser(settings.recognisers, (), keys).name == "ordered"
    assert voice(settings.voices, keys).name == "clips > azure"
