"""Signing in with an OpenID provider: the whole flow against one on loopback, and everything that must not get in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from starlette.testclient import TestClient

from engine.console.app import create_app
from engine.console.hub import Hub
from engine.console.oidc import Provider, ProviderError
from tests.console.serving import listener, served
from tests.peers.openid import CLIENT, SECRET, OpenIdPeer

GROUPS = {"desk": "reviewer", "leads": "manager"}


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


@pytest.fixture
def peer() -> Iterator[OpenIdPeer]:
    found = OpenIdPeer({"sub": "u-1", "preferred_username": "ona", "groups": ["desk", "leads"]})
    found.redirect = "http://testserver/oidc/back"
    with served(found.app(), listener()) as address:
        found.issuer = address
        yield found


@pytest.fixture
def client(hub: Hub, peer: OpenIdPeer) -> Iterator[TestClient]:
    provider = Provider(peer.issuer, CLIENT, SECRET, GROUPS, name="Clinic ID")
    with TestClient(create_app(hub, provider=provider), follow_redirects=False) as found:
        yield found


def come(client: TestClient, *, change: str = "") -> str:
    """Go through the flow; returns where one ends up."""
    start = client.get("/oidc/start")
    assert start.status_code == 302
    back = ""
    try:
        build_opener(_Stay).open(start.headers["location"], timeout=10)
    except OSError as answer:
        back = answer.headers["location"]  # type: ignore[attr-defined]
    parts = urlsplit(back)
    return str(client.get(f"{parts.path}?{parts.query}{change}").headers["location"])


def test_somebody_of_a_group_comes_in_with_the_highest_role(hub: Hub, client: TestClient) -> None:
    assert "Sign in with Clinic ID" in client.get("/sign-in", headers={"accept-language": "en"}).text
    assert come(client) == "/calls"
    assert ("ona", "manager", False) in hub.accounts.everybody()
    assert client.get("/calls").status_code == 200
    assert client.get("/admin").status_code == 403


def test_a_role_follows_the_group(hub: Hub, client: TestClient, peer: OpenIdPeer) -> None:
    come(client)
    peer.claims["groups"] = ["desk"]
    come(client)
    assert ("ona", "reviewer", False) in hub.accounts.everybody()


def test_a_name_of_the_provider_never_takes_over_a_local_account(
    hub: Hub, client: TestClient, peer: OpenIdPeer
) -> None:
    peer.claims["preferred_username"] = "administrator"
    come(client)
    assert client.get("/admin").status_code == 403
    assert ("administrator", "administrator", False) in hub.accounts.everybody()


@pytest.mark.parametrize("groups", [[], ["visitors"], None])
def test_somebody_of_no_group_does_not_come_in(
    hub: Hub, client: TestClient, peer: OpenIdPeer, groups: list[str] | None
) -> None:
    peer.claims["groups"] = groups
    assert come(client) == "/sign-in"
    assert hub.archive.accesses()[0]["what"] == "sign-in refused"


@pytest.mark.parametrize("spoil", ["nonce", "key", "audience", "expired"])
def test_a_token_that_is_not_right_lets_nobody_in(client: TestClient, peer: OpenIdPeer, spoil: str) -> None:
    peer.spoil = spoil
    assert come(client) == "/sign-in"
    assert client.get("/calls").status_code == 303


def test_an_answer_to_somebody_elses_request_lets_nobody_in(client: TestClient) -> None:
    assert come(client, change="x") == "/sign-in"  # another state than the one that was sent
    assert client.get("/oidc/back?code=x&state=y").headers["location"] == "/sign-in"


def test_a_provider_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "provider.yml"
    (tmp_path / "secret").write_text("s\n", "utf-8")
    path.write_text("issuer: https://id.example\nclient_id: x\n", "utf-8")
    with pytest.raises(ProviderError, match="client_secret_file, groups missing"):
        Provider.read(path)
    path.write_text(
        "issuer: https://id.example\nclient_id: x\nclient_secret_file: secret\ngroups: {a: boss}\n", "utf-8"
    )
    with pytest.raises(ProviderError, match="unknown role boss"):
        Provider.read(path)
    path.write_text(
        "issuer: https://id.example\nclient_id: x\nclient_secret_file: secret\ngroups: {a: manager}\n",
        "utf-8",
    )
    provider = Provider.read(path)
    assert (provider.client_secret, provider.role({"groups": "a"})) == ("s", "manager")
    assert "'s'" not in repr(provider)
