"""One call: its timeline, its tape, what reviewers say of it, and what another pack would have made of it."""

from __future__ import annotations

from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any

from engine.archive import listing as index
from engine.archive import remarks
from engine.console import example_call, scorecard
from engine.console.stand_ins import NoStandInError
from engine.console.timeline import slots_at_end, timeline
from engine.console.web import HERE, Visit
from engine.core.errors import TapeError
from engine.replaying import Verdict, replayed
from engine.tape_summary import summarised
from engine.traces import parse_tape

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.responses import Response

    from engine.traces import Tape

_NOTE = 4_000
_REASON = 3
"""Characters that a reason has at least."""


def one(visit: Visit) -> Response:
    """The page of a call; of one in progress as far as it goes."""
    name = visit.path("call")
    found = _tape(visit, name)
    if found is None:
        return visit.wrong("wrong.no_call")
    tape, text = found
    opened = visit.hub.is_open(visit.who.token, name)
    values = _content(visit, name, tape, opened=opened)
    wanted = visit.query.get("pack", "")
    values["replay"] = _replay(visit, name, text, wanted) if "replay" in visit.query else None
    values["replayed_over"] = wanted
    return visit.page("call.html", **values)


def _content(visit: Visit, name: str, tape: Tape, *, opened: bool) -> dict[str, Any]:
    archive = visit.hub.archive
    entries: Any = tape.entries
    unreadable = False
    if opened:
        try:
            entries = list(tape.unsealed(archive.key, partly=True))
        except TapeError:
            unreadable = True
    turns = timeline(entries, archive.timings(name))
    said = remarks.remarks(archive, name)
    marks = {item.name: item.text for item in said if item.kind == "score"}
    row = index.one(archive, name)
    return {
        "name": name,
        "row": row,
        "live": row is None,
        "summary": summarised(tape, visit.hub.domain),
        "turns": turns,
        "slots": slots_at_end(turns),
        "header": tape.header,
        "opened": opened,
        "unreadable": unreadable,
        "whole": tape.whole,
        "notes": [item for item in said if item.kind == "note"],
        "tagged": {item.name for item in said if item.kind == "tag"},
        "marks": marks,
        "verdict": scorecard.verdict(marks),
        "items": scorecard.ITEMS,
        "tags": scorecard.TAGS,
        "packs": list(visit.hub.compare),
        "slowest": max((turn.whole_ms for turn in turns), default=0),
    }


def _tape(visit: Visit, name: str) -> tuple[Tape, bytes] | None:
    text = visit.hub.archive.text(name)
    if text is None:
        return None
    try:
        return parse_tape(text, name), text
    except TapeError:
        return None


def _replay(visit: Visit, name: str, text: bytes, wanted: str) -> Verdict | None:
    """Fold the tape again, over the site itself or a pack that was named when the console was started."""
    if not wanted:
        return replayed(name, text, None, {str(visit.hub.domain.id): visit.hub.domain})
    path = visit.hub.compare.get(wanted)
    return None if path is None else replayed(name, text, path, {})


def tape(visit: Visit) -> Response:
    """The tape itself, sealed as it is."""
    from starlette.responses import Response as Plain  # noqa: PLC0415

    name = visit.path("call")
    text = visit.hub.archive.text(name)
    if text is None:
        return visit.wrong("wrong.no_call")
    visit.hub.archive.saw(visit.who.account, visit.who.role.name.lower(), "tape taken", name, "")
    headers = {"content-disposition": f'attachment; filename="{example_call.file_name(name)}.jsonl"'}
    return Plain(text, media_type="application/jsonl", headers=headers)


def audio(visit: Visit) -> Response:
    """The sound of a call, for those to whom it was opened."""
    from starlette.responses import FileResponse  # noqa: PLC0415

    name = visit.path("call")
    path = visit.hub.archive.audio(name)
    if path is None or not path.is_file():
        return visit.wrong("wrong.no_audio")
    if not visit.hub.is_open(visit.who.token, name):
        return visit.wrong("wrong.sealed", 403)
    return FileResponse(path)


def offline(visit: Visit) -> Response:
    """The redacted page as one file that needs no server."""
    name = visit.path("call")
    found = _tape(visit, name)
    if found is None:
        return visit.wrong("wrong.no_call")
    values = _content(visit, name, found[0], opened=False)
    css = (HERE / "static" / "console.css").read_text("utf-8")
    page = visit.page("call_file.html", css=css, replay=None, **values)
    # The file has its style inside and no script at all; it is saved, not shown here.
    page.headers["content-disposition"] = f'attachment; filename="{example_call.file_name(name)}.html"'
    return page


def unseal(visit: Visit) -> Response:
    """Open the sealed layer of a call for a while; who and why goes into the log first."""
    name, why = visit.path("call"), visit.form.get("reason", "").strip()
    if len(why) < _REASON:
        return visit.wrong("wrong.reason", 400)
    if _tape(visit, name) is None:
        return visit.wrong("wrong.no_call")
    visit.hub.archive.saw(visit.who.account, visit.who.role.name.lower(), "unsealed", name, why[:400])
    visit.hub.open_seal(visit.who.token, name)
    return visit.to(f"/calls/{name}")


def note(visit: Visit) -> Response:
    """Write a note."""
    name, text = visit.path("call"), visit.form.get("text", "").strip()
    turn = visit.form.get("turn", "")
    if index.one(visit.hub.archive, name) is None:
        return visit.wrong("wrong.no_call")
    if text:
        place = int(turn) if turn.isdecimal() else None
        remarks.add_note(visit.hub.archive, name, text[:_NOTE], visit.who.account, place)
    return visit.to(f"/calls/{name}#notes")


def tag(visit: Visit) -> Response:
    """Put an error tag on a call, or take it off."""
    name, which = visit.path("call"), visit.form.get("tag", "")
    if which not in scorecard.TAGS or index.one(visit.hub.archive, name) is None:
        return visit.wrong("wrong.no_call")
    remarks.set_tag(visit.hub.archive, name, which, visit.who.account, on=visit.form.get("on") == "1")
    return visit.to(f"/calls/{name}#notes")


def score(visit: Visit) -> Response:
    """Keep the scorecard."""
    name = visit.path("call")
    if index.one(visit.hub.archive, name) is None:
        return visit.wrong("wrong.no_call")
    marks = {
        item: mark
        for item, _ in scorecard.ITEMS
        if (mark := visit.form.get(f"score-{item}", "")) in scorecard.MARKS
    }
    remarks.set_scores(visit.hub.archive, name, marks, visit.who.account)
    return visit.to(f"/calls/{name}#scorecard")


def example(visit: Visit) -> Response:
    """Make an example call of it, and show it: nothing is written before somebody has read it."""
    return _example(visit, write=False)


def write_example(visit: Visit) -> Response:
    """Write the example that was shown, if it is still the same and goes as the call did."""
    return _example(visit, write=True)


def _example(visit: Visit, *, write: bool) -> Response:
    name, hub = visit.path("call"), visit.hub
    found = _tape(visit, name)
    if found is None or index.one(hub.archive, name) is None:
        return visit.wrong("wrong.no_call")
    if not hub.is_open(visit.who.token, name):
        return visit.wrong("wrong.sealed", 403)
    if hub.play is None:
        return visit.wrong("wrong.no_runner", 409)
    says = " ".join(visit.form.get("name", "").split())[:100] or visit.t("example.unnamed")
    chosen = {key[5:]: text.strip()[:60] for key, text in visit.form.items()
              if key.startswith("word-") and text.strip()}  # fmt: skip
    try:
        made = example_call.example_of(
            hub.domain, hub.desk.performer.understanding,
            list(found[0].unsealed(hub.archive.key, partly=True)), name=says, play=hub.play,
            by_hand=chosen,
        )  # fmt: skip
    except (TapeError, example_call.UnreadableError):
        return visit.wrong("wrong.erased", 409)
    except NoStandInError as error:
        return visit.page("example.html", 409, made=None, why=visit.t(f"no_stand_in.{error}"), name=name)
    digest = sha256(made.text.encode()).hexdigest()
    values: dict[str, Any] = {"made": made, "name": name, "says": says, "chosen": chosen, "digest": digest}
    read = visit.form.get("read") == "1" and visit.form.get("digest") == digest
    if not write or not made.holds or not read or hub.examples is None:
        return visit.page("example.html", written="", unread=write and made.holds and not read, **values)
    path = _kept(hub.examples, example_call.file_name(says), made.text)
    hub.archive.saw(visit.who.account, visit.who.role.name.lower(), "example made", name, path.name)
    return visit.page("example.html", written=path.name, unread=False, **values)


def _kept(folder: Path, name: str, text: str) -> Path:
    """Write a file that was not there before: an example is a test, and none is lost to another's name."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = folder / (f"{name}.yml" if number == 1 else f"{name}_{number}.yml")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise AssertionError
