"""Coming in and going out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.console.web import COOKIE, LANGUAGE, LANGUAGES, Handler, Visit

if TYPE_CHECKING:
    from starlette.responses import Response

    from engine.console.oidc import Provider

_YEAR_S = 365 * 86_400


def form(provider: Provider | None) -> Handler:
    """The page that asks who it is."""

    def show(visit: Visit) -> Response:
        return _form(visit, provider)

    return show


def sign_in(provider: Provider | None) -> Handler:
    """Check a name and a password."""

    def check(visit: Visit) -> Response:
        name = visit.form.get("name", "").strip()
        token = visit.hub.accounts.sign_in(name, visit.form.get("password", ""))
        if token is None:
            visit.hub.archive.saw(name[:80], "", "sign-in refused", "", "")
            return _form(visit, provider, failed=True)
        return come_in(visit, token, name)

    return check


def _form(visit: Visit, provider: Provider | None, *, failed: bool = False) -> Response:
    wanted = visit.form.get("next") or visit.query.get("next", "")
    name = provider.name if provider is not None else ""
    return visit.page("sign_in.html", 401 if failed else 200, next=wanted, failed=failed, provider=name)


def enter(visit: Visit) -> Response:
    """Come in by the link that was printed where the console was started; it works once."""
    token = visit.hub.accounts.enter(visit.query.get("key", ""))
    if token is None:
        return visit.to("/sign-in")
    return come_in(visit, token, "admin")


def come_in(visit: Visit, token: str, name: str) -> Response:
    """Set the session's cookie and go where the visitor wanted to."""
    visit.hub.archive.saw(name, "", "signed in", "", "")
    wanted = visit.form.get("next") or visit.query.get("next", "")
    # Only paths of our own: a sign-in must not send anybody elsewhere.
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    answer = visit.to(wanted if own else "/calls")
    answer.set_cookie(
        COOKIE, token, httponly=True, samesite="lax", secure=visit.request.url.scheme == "https", path="/"
    )
    return answer


def sign_out(visit: Visit) -> Response:
    """End the session."""
    visit.hub.accounts.sign_out(visit.who)
    answer = visit.to("/sign-in")
    answer.delete_cookie(COOKIE, path="/")
    return answer


def language(visit: Visit) -> Response:
    """Read the console in another language."""
    wanted = visit.form.get("language", "")
    back = visit.form.get("back", "/")
    answer = visit.to(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
    if wanted in LANGUAGES:
        answer.set_cookie(LANGUAGE, wanted, max_age=_YEAR_S, samesite="lax", path="/")
    return answer
