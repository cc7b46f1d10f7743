"""What protects the console, page by page and form by form."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from engine.console import web
from engine.console.app import create_app, routes
from engine.console.hub import Hub
from engine.core.trace import SEALED
from tests.console.conftest import PASSWORD, Visitor
from tests.console.pages import csrf

OPEN = {"/sign-in", "/enter", "/language", "/static/grid.css"}


def test_every_page_but_the_way_in_asks_who_it_is(hub: Hub, visit: Visitor) -> None:
    client = visit("")
    for route in routes(hub):
        if isinstance(route, Mount):
            continue
        assert isinstance(route, Route)
        if route.path in OPEN:
            continue
        path = route.path.replace("{call}", "booked")
        method = "POST" if "POST" in (route.methods or ()) else "GET"
        answer = client.request(method, path)
        assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in"), path


def test_every_answer_carries_a_policy_that_allows_nothing_inline(visit: Visitor) -> None:
    client = visit("reviewer")
    for path in (
        "/calls",
        "/calls/booked",
        "/talk",
        "/book",
        "/pack",
        "/numbers",
        "/static/console.js",
        "/nothing",
    ):
        answer = client.get(path)
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        if "text/html" in answer.headers.get("content-type", ""):
            assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", answer.text), path
            assert answer.headers["cache-control"] == "no-store"


def test_a_form_without_the_sessions_token_does_nothing(hub: Hub, visit: Visitor) -> None:
    client = visit("manager")
    for data in ({}, {"csrf": "guess"}):
        answer = client.post("/calls/booked/unseal", data={"reason": "complaint", **data})
        assert answer.status_code == 403
    assert not [item for item in hub.archive.accesses() if item["what"] == "unsealed"]


def test_a_form_from_another_origin_does_nothing(visit: Visitor) -> None:
    client = visit("manager")
    token = csrf(client)
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = client.post(
            "/calls/booked/unseal", data={"reason": "complaint", "csrf": token}, headers=headers
        )
        assert answer.status_code == 403


def test_a_name_that_is_not_ours_is_refused(hub: Hub) -> None:
    client = TestClient(create_app(hub), base_url="http://evil.example")
    assert client.get("/sign-in").status_code == 400


def test_a_form_that_is_too_large_is_refused(visit: Visitor) -> None:
    answer = visit("reviewer").post("/calls/booked/note", data={"text": "x" * web.FORM_BYTES})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("reviewer", "/calls/booked/unseal"),
        ("reviewer", "/calls/booked/hand-over"),
        ("reviewer", "/book/names"),
        ("manager", "/admin/purge"),
        ("manager", "/admin/erase"),
        ("manager", "/admin/accounts"),
    ],
)
def test_a_role_that_is_too_low_is_refused_and_logged(hub: Hub, visit: Visitor, role: str, path: str) -> None:
    client = visit(role)
    answer = client.post(path, data={"csrf": csrf(client), "reason": "complaint", "person": "p01"})
    assert answer.status_code == 403
    assert hub.archive.accesses()[0]["what"] == "refused"


def test_a_wrong_password_is_refused_slowly_and_logged(hub: Hub, visit: Visitor) -> None:
    client = visit("")
    for _ in range(6):
        assert client.post("/sign-in", data={"name": "manager", "password": "wrong"}).status_code == 401
    # After five wrong ones even the right one must wait.
    assert client.post("/sign-in", data={"name": "manager", "password": PASSWORD}).status_code == 401
    assert hub.archive.accesses()[0]["what"] == "sign-in refused"


def test_the_cookie_cannot_be_read_by_a_script_and_ends_with_the_session(visit: Visitor) -> None:
    client = visit("")
    answer = client.post(
        "/sign-in", data={"name": "reviewer", "password": PASSWORD, "next": "//evil.example"}
    )
    assert answer.headers["location"] == "/calls"
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "samesite=lax" in answer.headers["set-cookie"].lower()
    kept = dict(client.cookies)
    client.post("/sign-out", data={"csrf": csrf(client)})
    client.cookies.update(kept)
    assert client.get("/calls").status_code == 303


def test_a_link_from_the_keyboard_signs_in_once(hub: Hub, visit: Visitor) -> None:
    hub.accounts.add("admin", PASSWORD, "administrator")
    key = hub.accounts.link("admin")
    client = visit("")
    assert client.get(f"/enter?key={key}&next=/talk").headers["location"] == "/talk"
    assert client.get("/admin").status_code == 200
    other = visit("")
    assert other.get(f"/enter?key={key}").headers["location"] == "/sign-in"


def test_what_somebody_typed_is_text_on_every_page(visit: Visitor) -> None:
    client = visit("manager")
    evil = "<script>alert(1)</script>"
    client.post("/calls/booked/note", data={"csrf": csrf(client), "text": evil})
    for path in ("/calls/booked", f"/calls?text={evil}", f"/calls/{evil}", f"/pack?part=flows&flow={evil}"):
        assert "<script>alert" not in client.get(path).text


def test_both_languages_say_everything() -> None:
    texts = web.Texts()
    assert texts.keys("en") == texts.keys("lt")
    for key in texts.keys("en"):
        gaps = [sorted(re.findall(r"{(\w+)}", texts.text(code, key))) for code in web.LANGUAGES]
        assert gaps[0] == gaps[1], key


def test_a_page_is_read_in_the_language_that_was_chosen(visit: Visitor) -> None:
    client = visit("reviewer")
    assert "<h1>Calls</h1>" in client.get("/calls").text
    client.post("/language", data={"language": "lt", "back": "/calls"})
    assert "<h1>Skambučiai</h1>" in client.get("/calls").text
    assert '<html lang="lt">' in client.get("/calls").text


def test_a_placeholder_is_never_taken_for_a_value() -> None:
    from engine.console.shown import said

    def term(kind: str, name: str) -> str:
        return {"class.health": "sveikata"}[f"{kind}.{name}"]

    assert said({SEALED: 0, "class": "health"}, term) == '<span class="sealed">sveikata</span>'
    assert "<b>" not in said("<b>", term)
    assert said([], term) == said(None, term) == "–"


def test_sealed_values_and_the_log_are_read_in_the_language_that_was_chosen(visit: Visitor) -> None:
    client = visit("administrator")
    client.post("/language", data={"language": "lt", "back": "/calls"})
    page = client.get("/calls/booked").text
    assert '<span class="sealed">sveikata</span>' in page
    assert '<span class="sealed">health</span>' not in page
    assert "prisijungė" in client.get("/admin").text
