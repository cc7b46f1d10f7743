"""A console over a real database, with one call of each kind on file; sign-ins that work."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.calls import Desk
from engine.console.accounts import Accounts
from engine.console.app import create_app
from engine.console.hub import Case, Hub
from engine.pack import locate
from engine.quality.examples import play_text

NOW = "2026-11-23T09:15"
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that tests make
BOOKING = (
    "Hi, I'd like to book a cleaning, please", "Tomas Balčiūnas", "the twelfth of March, nineteen eighty-four",
    "Thursday afternoon", "the later one", "yes", "no, thank you",
)  # fmt: skip
CALLS = {
    "booked": (*BOOKING,),
    "urgent": ("my face is swelling and I can't breathe",),
    "person": ("can I talk to a person please",),
    "parking": ("do you have parking?", "no, that's all, goodbye"),
}


@pytest.fixture(scope="session")
def site() -> Desk:
    return Desk.open("gedimino")


@pytest.fixture(scope="session")
def changed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same site with one line of its booking flow changed."""
    home = tmp_path_factory.mktemp("changed")
    for name in ("domains", "policies"):
        shutil.copytree(locate.root() / name, home / name)
    flow = home / "domains" / "dental" / "flows" / "book.yml"
    text = flow.read_text("utf-8")
    assert "      - call: identify_patient\n" in text
    flow.write_text(
        text.replace(
            "      - call: identify_patient\n", "      - collect: phone\n      - call: identify_patient\n"
        ),
        "utf-8",
    )
    return str(home / "domains" / "dental" / "sites" / "gedimino.yml")


@pytest.fixture(scope="session")
def filled(site: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with calls on file, to be copied."""
    path = tmp_path_factory.mktemp("filled") / "site.db"
    desk = Desk.open("gedimino", str(path), domain=site.domain, understanding=site.performer.understanding)
    archive = desk.keep_tapes(str(path))
    for name, says in CALLS.items():
        call = desk.call(desk.clock(NOW), number="+37061200001", call=name)
        call.open()
        for text in says:
            if call.state.phase != "ended":
                call.wait(3)
                call.say(text)
        if call.state.phase != "ended":
            call.hang_up()
    accounts = Accounts(archive.file)
    for role in ("reviewer", "manager", "administrator"):
        accounts.add(role, PASSWORD, role)
    archive.file.close()
    return path


@pytest.fixture
def hub(site: Desk, filled: Path, changed: str, tmp_path: Path) -> Iterator[Hub]:
    path = tmp_path / "site.db"
    for part in filled.parent.glob("site.db*"):
        if part.is_file():
            shutil.copy(part, tmp_path / part.name)
    desk = Desk.open("gedimino", str(path), domain=site.domain, understanding=site.performer.understanding)
    archive = desk.keep_tapes(str(path))
    found = Hub(
        desk, archive, Accounts(archive.file), site="gedimino", clock=desk.clock(NOW), compare={"changed": changed},
        examples=tmp_path / "examples",
        cases=lambda: [Case("no_double_booking", "a case", "policies/no_double_booking.yml:9", holds=True)],
        play=lambda text: play_text(site.domain, text, site.performer.understanding),
    )  # fmt: skip
    yield found
    found.close()


Visitor = Callable[[str], TestClient]


@pytest.fixture
def visit(hub: Hub) -> Iterator[Visitor]:
    """A client that is signed in with a role; an empty role is nobody."""
    app = create_app(hub)
    clients: list[TestClient] = []

    def come(role: str) -> TestClient:
        client = TestClient(app, follow_redirects=False, headers={"accept-language": "en"})
        clients.append(client)
        if role:
            done = client.post("/sign-in", data={"name": role, "password": PASSWORD})
            assert done.status_code == 303, done.text
        return client

    yield come
    for client in clients:
        client.close()
