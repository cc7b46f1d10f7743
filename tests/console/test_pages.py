"""The pages: what reviewers find, read, open, say and do."""

from __future__ import annotations

import re

import pytest
import yaml

from engine.archive import listing
from engine.console.hub import Hub
from engine.quality.examples import run_call
from tests.console.conftest import Visitor
from tests.console.pages import csrf

PRIVATE = ("Tomas", "Balčiūnas", "1984", "+37061200001", "cleaning", "hygiene")


def test_calls_are_listed_with_their_filters(visit: Visitor) -> None:
    client = visit("reviewer")
    page = client.get("/calls").text
    assert all(f"/calls/{name}" in page for name in ("booked", "urgent", "person", "parking"))
    page = client.get("/calls?flag=emergency").text
    assert "/calls/urgent" in page
    assert "/calls/booked" not in page
    assert "/calls/urgent" not in client.get("/calls?outcome=done").text
    assert client.get("/calls?after=nonsense").status_code == 303


def test_a_view_is_saved_and_forgotten(hub: Hub, visit: Visitor) -> None:
    client = visit("reviewer")
    token = csrf(client)
    client.post("/calls/views", data={"csrf": token, "name": "urgent ones", "query": "flag=emergency&x=1"})
    assert hub.accounts.views("reviewer") == [("urgent ones", "flag=emergency")]
    assert "urgent ones" in client.get("/calls").text
    assert hub.accounts.views("manager") == []
    client.post("/calls/views", data={"csrf": token, "name": "urgent ones", "query": "", "forget": "1"})
    assert hub.accounts.views("reviewer") == []


def test_a_call_is_redacted_for_everybody_until_it_is_opened(hub: Hub, visit: Visitor) -> None:
    client = visit("administrator")
    page = client.get("/calls/booked").text
    assert not [word for word in PRIVATE if word in page]
    assert "no_double_booking" in page
    assert "domains/dental/flows/book.yml:" in page
    assert "booking.commit" in page
    assert not [word for word in PRIVATE if word in client.get("/calls/booked/file").text]

    assert client.post("/calls/booked/unseal", data={"csrf": csrf(client), "reason": "x"}).status_code == 400
    client.post("/calls/booked/unseal", data={"csrf": csrf(client), "reason": "complaint 12"})
    page = client.get("/calls/booked").text
    assert "Tomas" in page
    assert "Hi, I&#39;d like to book a cleaning, please" in page
    log = next(item for item in hub.archive.accesses() if item["what"] == "unsealed")
    assert (log["who"], log["role"], log["call"], log["why"]) == (
        "administrator",
        "administrator",
        "booked",
        "complaint 12",
    )
    # Opened for this session and this call only; the file to take away stays redacted.
    assert "Tomas" not in visit("administrator").get("/calls/booked").text
    assert not [word for word in PRIVATE if word in client.get("/calls/booked/file").text]


def test_a_file_for_offline_reading_needs_nothing_else(visit: Visitor) -> None:
    answer = visit("reviewer").get("/calls/booked/file")
    assert "attachment" in answer.headers["content-disposition"]
    assert "<script" not in answer.text
    assert "<link" not in answer.text
    assert 'id="turn-3"' in answer.text


def test_a_call_is_replayed_over_its_own_pack_and_over_another(visit: Visitor) -> None:
    client = visit("reviewer")
    assert "The same decisions" in client.get("/calls/booked?replay=1").text
    page = client.get("/calls/booked?replay=1&pack=changed").text
    assert "It would have gone otherwise" in page
    assert "domains/dental/flows/book.yml:" in page
    assert "not guessed" in page
    # Only packs that were named when the console was started can be loaded.
    assert "otherwise" not in client.get("/calls/booked?replay=1&pack=/etc/passwd").text


def test_notes_tags_and_scores_are_kept(hub: Hub, visit: Visitor) -> None:
    client = visit("reviewer")
    token = csrf(client)
    client.post("/calls/booked/note", data={"csrf": token, "text": "Good recovery", "turn": "3"})
    client.post("/calls/booked/tag", data={"csrf": token, "tag": "recognition", "on": "1"})
    client.post(
        "/calls/booked/score",
        data={"csrf": token, "score-disclosure": "0", "score-closing": "1", "score-x": "1"},
    )
    page = client.get("/calls/booked").text
    assert "Good recovery" in page
    assert 'aria-pressed="true"' in page
    assert "1/2 failed" in page
    assert [row.call for row in listing.listed(hub.archive, listing.Filter(tag="recognition")).rows] == [
        "booked"
    ]
    assert [row.call for row in listing.listed(hub.archive, listing.Filter(text="recovery")).rows] == [
        "booked"
    ]
    client.post("/calls/booked/tag", data={"csrf": token, "tag": "recognition", "on": "0"})
    assert listing.listed(hub.archive, listing.Filter(tag="recognition")).rows == ()


def test_a_call_becomes_an_example_once_somebody_has_read_it(hub: Hub, visit: Visitor) -> None:
    client = visit("manager")
    token = csrf(client)
    form = {"csrf": token, "name": "A cleaning is booked"}
    assert client.post("/calls/booked/example", data=form).status_code == 403
    client.post("/calls/booked/unseal", data={"csrf": token, "reason": "an example"})
    page = client.post("/calls/booked/example", data=form).text
    assert "it goes as the call did" in page
    assert hub.examples is not None
    assert not hub.examples.exists()  # it is shown, and nothing is written yet
    shown = re.search(r'name="digest" value="([0-9a-f]+)"', page)
    assert shown is not None
    form["digest"] = shown[1]
    assert "Not written" in client.post("/calls/booked/example/write", data=form).text
    stale = client.post("/calls/booked/example/write", data={**form, "read": "1", "word-yes": "yeah"})
    assert "Not written" in stale.text  # what was read is not what would be written
    assert not hub.examples.exists()
    for name in ("a_cleaning_is_booked.yml", "a_cleaning_is_booked_2.yml"):
        page = client.post("/calls/booked/example/write", data={**form, "read": "1"}).text
        assert f"<code>{name}</code>" in page
    data = yaml.load((hub.examples / name).read_text("utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - text scalars, as packs are read
    assert run_call(hub.domain, data, "example", hub.desk.performer.understanding) == []
    data["turns"][0]["asking"] = "phone"
    assert run_call(hub.domain, data, "example", hub.desk.performer.understanding)
    assert [item["what"] for item in hub.archive.accesses()][:2] == ["example made"] * 2


def test_an_example_that_does_not_hold_is_not_written(hub: Hub, visit: Visitor) -> None:
    client = visit("manager")
    token = csrf(client)
    client.post("/calls/booked/unseal", data={"csrf": token, "reason": "an example"})
    hub.play = lambda _text: ["2: expected to say ['utter_x'] in this order, said ['utter_y']"]
    form = {"csrf": token, "name": "x"}
    page = client.post("/calls/booked/example", data=form).text
    assert "expected to say" in page
    assert "Write the example" not in page
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', page)
    assert digest is not None
    client.post("/calls/booked/example/write", data={**form, "digest": digest[1], "read": "1"})
    assert hub.examples is not None
    assert not hub.examples.exists()
    hub.play = None
    assert client.post("/calls/booked/example", data=form).status_code == 409


def test_a_live_call_is_seen_turn_by_turn_and_handed_to_a_person(hub: Hub, visit: Visitor) -> None:
    client = visit("manager")
    token = csrf(client)
    path = client.post("/talk", data={"csrf": token, "spoken": "en"}).headers["location"]
    name = path.removeprefix("/talk/")
    client.post(path, data={"csrf": token, "kind": "say", "text": "I'd like a check-up"})
    assert f"/calls/{name}" in client.get("/live").text
    assert "1 in progress" in client.get("/calls").text
    assert "book_appointment" in client.get(f"/calls/{name}").text
    assert client.post(f"/calls/{name}/hand-over", data={"csrf": token}).status_code == 303
    row = listing.one(hub.archive, name)
    assert row is not None
    assert (row.outcome, "handed_over" in row.flags) == ("transferred", True)
    assert "failed_closed" not in row.flags
    assert client.post(f"/calls/{name}/hand-over", data={"csrf": token}).status_code == 409


def test_a_conversation_belongs_to_who_has_it(visit: Visitor) -> None:
    client = visit("reviewer")
    token = csrf(client)
    path = client.post("/talk", data={"csrf": token, "spoken": "lt"}).headers["location"]
    client.post(path, data={"csrf": token, "kind": "say", "text": "noriu užsirašyti"})
    assert "noriu užsirašyti" in client.get(path).text
    assert visit("administrator").get(path).status_code == 404
    client.post(path, data={"csrf": token, "kind": "silence"})
    client.post(path, data={"csrf": token, "kind": "hang_up"})
    assert "The call is over" in client.get(path).text
    client.post(path, data={"csrf": token, "kind": "say", "text": "anybody?"})
    assert "anybody?" not in client.get(path).text


@pytest.mark.parametrize(
    "query", ["", "?view=week", "?day=2026-11-26", "?day=nonsense", "?view=week&provider=nobody"]
)
def test_the_book_shows_days_and_weeks_without_names(visit: Visitor, query: str) -> None:
    page = visit("reviewer").get(f"/book{query}")
    assert page.status_code == 200
    assert not [word for word in ("Tomas", "Balčiūnas", "Maria") if word in page.text]


def test_the_book_shows_names_to_whoever_gave_a_reason(hub: Hub, visit: Visitor) -> None:
    client = visit("manager")
    assert "Tomas Balčiūnas" not in client.get("/book?day=2026-11-26").text
    client.post("/book/names", data={"csrf": csrf(client), "reason": "front desk", "back": "day=2026-11-26"})
    assert "Tomas Balčiūnas" in client.get("/book?day=2026-11-26").text
    assert hub.archive.accesses()[0]["what"] == "names in the book"


def test_a_hold_is_seen_while_it_lasts(hub: Hub, visit: Visitor) -> None:
    client = visit("manager")
    assert 'class="item held' not in client.get("/book?day=2026-11-26").text
    talk = hub.talks.begin("manager", "en")
    for text in (
        "a cleaning please",
        "Tomas Balčiūnas",
        "12 March 1984",
        "Thursday afternoon",
        "the first one",
    ):
        hub.talks.act(talk, "say", text)
    assert 'class="item held' in client.get("/book?day=2026-11-26").text
    hub.talks.act(talk, "hang_up")
    assert 'class="item held' not in client.get("/book?day=2026-11-26").text


def test_the_pack_is_drawn_with_its_rules_words_and_problems(visit: Visitor) -> None:
    client = visit("reviewer")
    assert "<svg" in client.get("/pack?part=flows&flow=book_appointment").text
    rules = client.get("/pack?part=rules").text
    assert "nobody is kept by a machine against their will" in rules
    assert "policies/person_on_request.yml:" in rules
    assert "Nobody has proved this pack yet" in rules
    assert client.post("/pack/cases", data={"csrf": csrf(client)}).headers["location"] == "/pack?part=rules"
    assert "1 of 1 cases hold" in client.get("/pack?part=rules").text
    assert "utter_greeting" in client.get("/pack?part=responses").text
    assert client.get("/pack?part=problems").status_code == 200


def test_the_last_proof_stands_by_each_guarantee(hub: Hub, visit: Visitor) -> None:
    guarantee = hub.domain.guarantees[0]
    call = {"caller": "says yes", "event": {"is": "Heard"}, "says": ["utter_booked"], "actions": ["Say"]}
    proof = {
        "pack": "gedimino", "version": hub.domain.version, "holds": False, "reach": "every call was tried", "not_tried": [],
        "properties": [
            {"id": guarantee.id, "why": guarantee.why, "where": guarantee.where, "holds": False, "basis": "by its guard"},
            {"id": "every_call_ends", "why": "nobody waits for ever", "where": "", "holds": True, "basis": ""},
        ],
        "counterexamples": [
            {"property": guarantee.id, "why": guarantee.why, "events": 4, "blamed": ["x.yml:1"], "saved": "", "call": [call]}
        ],
        "at": "2026-11-23T08:00:00+00:00",
    }  # fmt: skip
    hub.proof = lambda: proof
    client = visit("reviewer")
    page = client.get("/pack?part=rules").text
    assert "A call was found that breaks a rule" in page
    assert f'href="#broken-{guarantee.id}"' in page
    assert "says yes → utter_booked" in page
    assert "nobody waits for ever" in page
    proof["version"] = "0123456789abcdef"
    page = client.get("/pack?part=rules").text
    assert "That was version 01234567" in page
    assert "says yes" not in page  # what was found in another version is not shown as if it were here


def test_the_numbers_count_what_the_tapes_say(visit: Visitor) -> None:
    page = visit("reviewer").get("/numbers?since=2026-11-23&until=2026-11-23").text
    assert "50 %" in page  # two of four ended without a person: the booking and the question
    assert "emergency transfer" in page
    assert page.count('role="img"') == 3
    assert visit("reviewer").get("/numbers?since=2020-01-01&until=2020-01-02").status_code == 200


def test_an_administrator_sets_accounts_purges_and_erases(hub: Hub, visit: Visitor) -> None:
    client = visit("administrator")
    token = csrf(client)
    wrong = client.post(
        "/admin/accounts", data={"csrf": token, "name": "new", "password": "short", "role": "manager"}
    )
    assert wrong.status_code == 400
    client.post(
        "/admin/accounts",
        data={"csrf": token, "name": "new", "password": "long enough it is", "role": "manager"},
    )
    assert ("new", "manager", False) in hub.accounts.everybody()
    client.post("/admin/accounts", data={"csrf": token, "name": "new", "disable": "1"})
    assert ("new", "manager", True) in hub.accounts.everybody()
    last = client.post("/admin/accounts", data={"csrf": token, "name": "administrator", "disable": "1"})
    assert last.status_code == 400
    client.post("/admin/purge", data={"csrf": token})
    assert client.post("/admin/erase", data={"csrf": token, "person": "nobody"}).status_code == 400
    client.post("/admin/erase", data={"csrf": token, "person": "p01"})
    assert hub.desk.booking.person("p01") is None
    page = client.get("/admin").text
    assert "erasure" in page
    assert "0 overdue afterwards" in page


@pytest.mark.parametrize(
    "path", ["/calls/nothing", "/calls/nothing/tape", "/talk/nothing", "/calls/booked/audio"]
)
def test_what_is_not_there_is_said_to_be_missing(visit: Visitor, path: str) -> None:
    assert visit("manager").get(path).status_code == 404


def test_a_tape_that_is_taken_away_is_sealed_and_logged(hub: Hub, visit: Visitor) -> None:
    answer = visit("reviewer").get("/calls/booked/tape")
    assert answer.content == hub.archive.text("booked")
    # Digits may stand in a hash by chance.
    assert not [word for word in PRIVATE if word in answer.text and not word.isdecimal()]
    assert hub.archive.accesses()[0]["what"] == "tape taken"
