"""The pages in a real browser: the paths that reviewers take, by mouse and keyboard, on a desk and on a phone.

Screenshots are kept in build/pages. Without Chromium the tests are skipped; .ci/run installs it.
"""

from __future__ import annotations

import math
import shutil
import struct
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.console.app import create_app
from engine.console.hub import Hub
from tests.console.conftest import PASSWORD
from tests.console.serving import listener, served

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
SHOTS = Path(__file__).resolve().parents[2] / "build" / "pages"

pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="there is no Chromium on this machine: apt-get install chromium"
)

PAGES = (
    "/calls", "/calls/booked", "/live", "/talk", "/book?day=2026-11-26", "/book?view=week", "/pack?part=flows",
    "/pack?part=rules", "/pack?part=responses", "/pack?part=problems", "/numbers?since=2026-11-01", "/admin",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        # The sandbox of Chromium needs a user of its own; pages here are ours.
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    with served(create_app(hub), listener()) as found:
        yield found


class Reviewer:
    """Somebody at a browser, who notices every error that it reports."""

    def __init__(self, browser: Any, address: str, role: str, **settings: Any) -> None:
        self.context = browser.new_context(
            **{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **settings}
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.errors: list[str] = []
        self.page.on("console", lambda item: self.errors.append(item.text) if item.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{address}/calls")
        self.page.fill("input[name=name]", role)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.locator("header nav").wait_for()

    def say(self, text: str) -> None:
        count = self.page.locator(".bubble.desk").count()
        self.page.fill("#words", text)
        self.page.keyboard.press("Enter")
        self.page.locator(".bubble.desk").nth(count).wait_for()

    def until(self, holds: str) -> None:
        """Wait for something to be true; the page's own policy forbids it to evaluate texts by itself."""
        for _ in range(150):
            if self.page.evaluate(holds):
                return
            self.page.wait_for_timeout(100)
        pytest.fail(f"it never came to {holds}")

    def shot(self, name: str, *, whole: bool = True) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)

    def go(self, address: str, path: str) -> None:
        self.page.goto(f"{address}{path}")


@pytest.fixture
def manager(browser: Any, address: str) -> Iterator[Reviewer]:
    found = Reviewer(browser, address, "manager")
    yield found
    assert found.errors == []
    found.context.close()


def test_from_a_conversation_to_an_example_call(manager: Reviewer, hub: Hub) -> None:
    page = manager.page
    page.click("nav >> text=Talk")
    page.click("text=Start a call")
    for text in (
        "I'd like to book a cleaning please",
        "Tomas Balčiūnas",
        "12 March 1984",
        "Thursday afternoon",
    ):
        manager.say(text)
    manager.say("the first one")
    assert page.locator("aside >> text=hold").count()
    manager.say("yes")
    manager.shot("talk")
    manager.say("no, thank you")
    page.locator("text=The call is over.").wait_for()

    page.click("nav >> text=Calls")
    page.select_option("select[name=outcome]", "done")
    page.click("text=Show")
    manager.shot("calls")
    page.locator("table a").first.click()
    page.locator("text=Timeline").wait_for()
    assert "no_double_booking" in page.content()
    assert "Tomas" not in page.content()
    manager.shot("call")

    page.fill("input[name=reason]", "the caller complained")
    page.click("form[action$=unseal] button")
    page.locator("text=The sealed layer is open").wait_for()
    assert "Tomas" in page.content()
    assert hub.archive.accesses()[0]["why"] == "the caller complained"

    page.select_option("#replay select", "changed")
    page.click("#replay button")
    page.locator("text=It would have gone otherwise.").wait_for()
    assert "domains/dental/flows/book.yml:" in page.locator("#replay").inner_text()
    manager.shot("replay")

    page.fill("input[name=name]", "a cleaning in the browser")
    page.click("text=Make example")
    page.locator("text=it goes as the call did").wait_for()
    manager.shot("example-shown")
    page.check("input[name=read]")
    page.click("text=Write the example")
    page.locator("text=Written to").wait_for()
    assert hub.examples is not None
    assert (hub.examples / "a_cleaning_in_the_browser.yml").is_file()
    manager.shot("example")


def test_a_live_call_comes_by_itself_and_goes_to_a_person(manager: Reviewer, hub: Hub, address: str) -> None:
    page = manager.page
    manager.go(address, "/live")
    page.locator("text=Nobody is calling").wait_for()
    talk = hub.talks.begin("somebody", "en")
    hub.talks.act(talk, "say", "I'd like a check-up")
    page.locator("text=book appointment").wait_for()  # nobody loaded the page again
    manager.shot("live")
    page.click("text=book appointment")
    hub.talks.act(talk, "say", "Tomas Balčiūnas")
    page.locator("#turn-2").wait_for()
    page.click("text=Hand to a person")
    page.locator("text=put through >> nth=0").wait_for()
    assert talk.call.state.transfer is not None


def stereo(path: Path, seconds: float, rate: int = 8000) -> None:
    """A recording as calls leave it: caller left, us right."""
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        hum = [round(6000 * math.sin(place / 5)) for place in range(int(rate * seconds))]
        file.writeframes(b"".join(struct.pack("<hh", level, -level) for level in hum))


def test_the_recording_is_heard_from_any_turn(manager: Reviewer, hub: Hub, address: str) -> None:
    sound = hub.archive.sound_path("booked")
    stereo(sound, 24.0)
    hub.archive.keep_audio("booked", sound)
    page = manager.page
    manager.go(address, "/calls/booked")
    assert page.locator("audio").count() == 0  # sealed like the words
    page.fill("input[name=reason]", "how it sounded")
    page.click("form[action$=unseal] button")
    page.locator("audio").wait_for()
    manager.until("document.getElementById('sound').duration > 23")
    at = float(page.locator("#turn-4 [data-seek]").get_attribute("data-seek") or 0)
    assert 8 < at < 23
    page.click("#turn-4 [data-seek]")
    manager.until(f"document.getElementById('sound').currentTime > {at} + 0.2")
    assert page.evaluate("document.getElementById('sound').currentTime") < at + 5
    page.locator("#turn-4.playing").wait_for()
    assert page.locator(".turn.playing").count() == 1
    manager.shot("sound")
    page.evaluate("document.getElementById('sound').pause()")


def test_everything_can_be_reached_by_keyboard(manager: Reviewer, address: str) -> None:
    page = manager.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.type("urgent")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=urgent**")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/calls/urgent")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.hash") == "#turn-0"
    manager.go(address, "/calls/booked#turn-3")
    assert page.locator("article:target").get_attribute("id") == "turn-3"


@pytest.mark.timeout(180)  # twelve pages, each looked through by some hundred rules
@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "lt")])
def test_no_page_breaks_a_rule_of_accessibility(
    browser: Any, address: str, scheme: str, language: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    who = Reviewer(browser, address, "administrator", color_scheme=scheme)
    if language == "lt":
        who.page.click("text=Lietuviškai")
    for number, path in enumerate(PAGES):
        who.go(address, path)
        found = axe.run(who.page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        if scheme == "light" or number < 2:
            who.shot(f"{scheme}-{number:02}-{path.strip('/').split('?')[0].replace('/', '-')}", whole=False)
    who.context.close()


def test_on_a_phone_no_page_is_wider_than_the_screen(browser: Any, address: str) -> None:
    who = Reviewer(browser, address, "administrator", viewport={"width": 390, "height": 844}, has_touch=True)
    for number, path in enumerate(PAGES):
        who.go(address, path)
        wide = who.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{path} is {wide} px too wide"
        who.shot(f"phone-{number:02}-{path.strip('/').split('?')[0].replace('/', '-')}", whole=False)
    who.context.close()


def test_the_file_for_offline_reading_opens_without_a_server(
    manager: Reviewer, address: str, tmp_path: Path
) -> None:
    manager.go(address, "/calls/booked")
    with manager.page.expect_download() as waiting:
        manager.page.click("text=One file")
    path = tmp_path / "call.html"
    waiting.value.save_as(path)
    manager.context.set_offline(True)
    manager.page.goto(f"file://{path}")
    assert manager.page.locator("article.turn").count() > 5
    assert manager.page.evaluate("getComputedStyle(document.querySelector('.turn')).borderRadius") != "0px"


def test_pages_work_without_script(browser: Any, address: str) -> None:
    who = Reviewer(browser, address, "reviewer", java_script_enabled=False)
    who.go(address, "/talk")
    who.page.click("text=Start a call")
    who.page.fill("#words", "do you have parking?")
    who.page.click("#say button")
    who.page.locator(".bubble.caller").wait_for()
    assert who.page.locator(".bubble.desk").count() >= 2
    who.context.close()
