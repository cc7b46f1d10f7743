"""Twilio's signature: golden vectors, Twilio's own validator, and everything that a proxy does to a url."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.lines.signature import SETTINGS, SIGNATURE, signed_by_twilio, twilio_signature

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"), ("Digits", "1234"),
    ("From", "+14158675309"), ("To", "+18005551212"),
]  # fmt: skip
TOKEN = "12345"  # noqa: S105 - the vector's


def signed(url, form=(), *, signature=None, settings=None, body=b"", shared=None, over=None):
    headers = {SIGNATURE: signature or twilio_signature(TOKEN, over or url, form)}
    if settings:
        headers[SETTINGS] = settings
    return signed_by_twilio(headers, url, form, token=TOKEN, shared=shared or {}, body=body)


def test_the_golden_vector_of_a_request():
    assert twilio_signature(TOKEN, URL, FORM) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signed(URL, FORM, signature="RSOYDt4T1cUTdK1PDd93/VVr8B8=")


def test_the_golden_vector_of_a_media_socket():
    assert twilio_signature(TOKEN, "wss://mycompany.com/media") == "okykUWKkAOgQseVjzERZh4soLeU="
    assert signed("wss://mycompany.com/media", signature="okykUWKkAOgQseVjzERZh4soLeU=")


PAIRS = st.lists(st.tuples(st.text(min_size=1, max_size=6), st.text(max_size=6)), max_size=6)


@given(form=PAIRS)
def test_twilios_own_validator_agrees(form):
    from twilio.request_validator import RequestValidator

    class Many(dict[str, str]):
        def getall(self, key):
            return [value for name, value in form if name == key]

    assert twilio_signature(TOKEN, URL, form) == RequestValidator(TOKEN).compute_signature(URL, Many(form))


def test_the_order_of_a_form_does_not_matter_and_a_doubled_value_counts_once():
    assert signed(URL, [*reversed(FORM), FORM[0]], signature="RSOYDt4T1cUTdK1PDd93/VVr8B8=")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("https://h.example/call", "https://h.example:443/call"),
        ("https://h.example:8443/call", "https://h.example/call"),
        ("wss://h.example/media/x", "wss://h.example:443/media/x"),
    ],
)
def test_a_port_that_a_proxy_adds_or_drops_does_not_matter(ours, theirs):
    assert signed(ours, over=theirs)


@pytest.mark.parametrize(
    "other", ["https://h.example//call", "http://h.example/call", "https://evil.example/call"]
)
def test_any_other_url_is_refused(other):
    assert not signed("https://h.example/call", over=other)


def test_a_json_body_is_covered_by_its_hash():
    body = b'{"a": 1}'
    url = f"https://h.example/events?bodySHA256={sha256(body).hexdigest()}"
    assert signed(url, body=body)
    assert not signed(url, body=body + b" ")


def test_a_shared_key_signs_with_sha256():
    headers = {
        SIGNATURE: twilio_signature("shared secret", URL, FORM, "HMAC_SHA256"),
        SETTINGS: "key=webhooks_1,algorithm=HMAC_SHA256",
    }
    assert signed_by_twilio(headers, URL, FORM, token=TOKEN, shared={"webhooks_1": "shared secret"})
    assert not signed_by_twilio(headers, URL, FORM, token=TOKEN, shared={})


@pytest.mark.parametrize("settings", ["algorithm=HMAC_MD5", "key=none,algorithm=HMAC_SHA1"])
def test_an_algorithm_or_a_key_that_we_do_not_know_is_a_refusal(settings):
    assert not signed(URL, FORM, settings=settings)


def test_no_signature_and_no_secret_are_refusals():
    assert not signed_by_twilio({}, URL, FORM, token=TOKEN, shared={})
    assert not signed_by_twilio({SIGNATURE: twilio_signature("", URL)}, URL, token="", shared={})


@given(
    headers=st.dictionaries(st.sampled_from([SIGNATURE, SETTINGS]), st.text(max_size=40)),
    url=st.text(max_size=40),
)
def test_whatever_a_stranger_sends_is_refused(headers, url):
    assert not signed_by_twilio(headers, "https://h.example/" + url, [], token=TOKEN, shared={})
