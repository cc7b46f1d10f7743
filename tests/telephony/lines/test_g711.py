"""Our tables against the standard library's codec, over every input that exists."""

from __future__ import annotations

import struct
import sys
import warnings

import pytest

from telephony.lines.g711 import alaw_to_pcm, pcm_to_alaw, pcm_to_ulaw, ulaw_to_pcm

CODES = bytes(range(256))
SAMPLES = struct.pack("<65536h", *range(-32768, 32768))


@pytest.fixture
def audioop():
    if sys.version_info >= (3, 13):
        pytest.skip("the standard library has no audioop any more; 3.11 and 3.12 compare")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import audioop

        return audioop


def test_every_sample_is_coded_as_the_standard_library_codes_it(audioop):
    assert pcm_to_ulaw(SAMPLES) == audioop.lin2ulaw(SAMPLES, 2)
    assert pcm_to_alaw(SAMPLES) == audioop.lin2alaw(SAMPLES, 2)


def test_every_code_is_decoded_as_the_standard_library_decodes_it(audioop):
    assert ulaw_to_pcm(CODES) == audioop.ulaw2lin(CODES, 2)
    assert alaw_to_pcm(CODES) == audioop.alaw2lin(CODES, 2)


@pytest.mark.parametrize(("decode", "encode"), [(ulaw_to_pcm, pcm_to_ulaw), (alaw_to_pcm, pcm_to_alaw)])
def test_a_decoded_code_is_coded_back(decode, encode):
    back = encode(decode(CODES))
    # Mu-law has two codes for zero, and coding knows one of them.
    assert [c for c in CODES if back[c] != c] == ([0x7F] if encode is pcm_to_ulaw else [])


def test_half_a_sample_is_dropped():
    assert pcm_to_ulaw(b"\0\0\0") == b"\xff"
