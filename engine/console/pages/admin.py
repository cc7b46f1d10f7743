"""What only an administrator does: accounts, purge, erasure, and reading who saw what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.archive.erasure import NobodyError, erase
from engine.archive.retention import days_of, purge, removals
from engine.archive.store import StillReadError
from engine.console.accounts import AccountError
from engine.console.web import Visit

if TYPE_CHECKING:
    from starlette.responses import Response


def overview(visit: Visit) -> Response:
    """Accounts, what is kept for how long, what was removed, who saw what."""
    return _page(visit)


def _page(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    archive = visit.hub.archive
    return visit.page(
        "admin.html", status, accounts=visit.hub.accounts.everybody(), days=days_of(archive), wrong=wrong,
        removals=removals(archive)[:20], accesses=archive.accesses(100),
        trouble=visit.hub.housekeeper.trouble,
        moment=lambda at: datetime.fromtimestamp(at, UTC),
    )  # fmt: skip


def account(visit: Visit) -> Response:
    """Add or change an account, or disable one."""
    name, role = visit.form.get("name", "").strip()[:80], visit.form.get("role", "")
    try:
        if visit.form.get("disable"):
            visit.hub.accounts.disable(name)
        else:
            visit.hub.accounts.add(name, visit.form.get("password", ""), role)
    except AccountError as error:
        return _page(visit, 400, str(error))
    what = "account disabled" if visit.form.get("disable") else "account set"
    visit.hub.archive.saw(visit.who.account, visit.who.role.name.lower(), what, "", f"{name} {role}".strip())
    return visit.to("/admin")


def purge_now(visit: Visit) -> Response:
    """Remove what is over its time."""
    visit.hub.archive.saw(visit.who.account, visit.who.role.name.lower(), "purge", "", "")
    purge(visit.hub.archive, visit.hub.clock())
    return visit.to("/admin#removals")


def erase_person(visit: Visit) -> Response:
    """Erase somebody; the id is typed, so that no click can do it by mistake."""
    try:
        erase(visit.hub.archive, visit.form.get("person", "").strip())
    except (NobodyError, StillReadError) as error:
        return _page(visit, 400, str(error))
    visit.hub.archive.saw(visit.who.account, visit.who.role.name.lower(), "erasure", "", "")
    return visit.to("/admin#removals")
