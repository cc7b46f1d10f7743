"""What a template may do with a value: the rows of a table, each giving words that can be spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.core.spoken import Spoken
    from engine.core.view import View


def text(value: Any) -> str:
    """A gap that nothing fills is a mistake of the pack, not an empty string."""
    if value is None or isinstance(value, Mapping | tuple | list):
        raise TypeError
    return str(value)


def _spoken(view: View) -> Spoken:
    language = view.state.language
    return view.domain.spoken[language if language in view.domain.spoken else view.domain.languages[0]]


def _moment(value: Any) -> datetime:
    text = value["start"] if isinstance(value, Mapping) else value
    return datetime.fromisoformat(str(text)).replace(tzinfo=None)


def _when(view: View, value: Any) -> str:
    return _spoken(view).when(_moment(value), _today(view))


def _today(view: View) -> date:
    return date.fromisoformat(view.today())


def _day(view: View, value: Any) -> str:
    return _spoken(view).day(_moment(value).date(), _today(view))


def _time(view: View, value: Any) -> str:
    moment = (
        _moment(value).time()
        if isinstance(value, Mapping) or "T" in str(value)
        else time.fromisoformat(str(value))
    )
    return _spoken(view).clock(moment)


def _date_of_birth(view: View, value: Any) -> str:
    return _spoken(view).date_of_birth(date.fromisoformat(str(value)))


def _service(view: View, value: Any) -> str:
    key = value.get("service") if isinstance(value, Mapping) else value
    offering = view.domain.catalogue.offerings[str(key)]
    names = offering.names.get(view.state.language) or next(iter(offering.names.values()))
    return names[0]


def _provider(view: View, value: Any, form: str = "") -> str:
    key = value.get("provider") if isinstance(value, Mapping) else value
    provider = view.domain.catalogue.providers[str(key)]
    if form == "full":
        return provider.name
    title = provider.title.get(view.state.language, "")
    return f"{title} {provider.name.rsplit(' ', 1)[-1]}".strip()


def _name(_view: View, value: Any) -> str:
    if isinstance(value, Mapping):
        parts = (value.get("first"), value.get("last"))
        return " ".join(part for part in parts if part) or str(value["name"])
    return str(value)


def _first_name(view: View, value: Any) -> str:
    return _name(view, value).split(" ", 1)[0]


def _price(view: View, value: Any) -> str:
    price = view.domain.catalogue.offerings[str(value)].price
    if price is None:
        raise ValueError
    return _spoken(view).money(price)


def _length(view: View, value: Any) -> str:
    """How long a service takes, without what the room needs afterwards."""
    return _spoken(view).duration(view.domain.catalogue.offerings[str(value)].minutes)


def _options(view: View, value: Any) -> str:
    return _spoken(view).options([(_moment(item), _provider(view, item)) for item in value], _today(view))


def _services(view: View, value: Any, link: str = "or") -> str:
    """Bookings told apart by what they are for as well as by when."""
    spoken = _spoken(view)
    return spoken.join([f"{_service(view, item)} {_when(view, item)}" for item in value], link)


def _join(view: View, value: Any, link: str = "and") -> str:
    return _spoken(view).join([str(item) for item in value], link)


def _readings(view: View, value: Any) -> str:
    """What the caller may have meant, as alternatives to choose from."""
    return _spoken(view).join([_reading(view, item) for item in value], "or")


def _reading(view: View, value: Any) -> str:
    """One reading of some words, said by its form."""
    spoken = _spoken(view)
    if isinstance(value, Mapping):
        if "first" in value:
            return _name(view, value)
        return spoken.wish(value, _today(view))
    kind = view.context.get("type")
    if kind == "birth_date":
        return spoken.date_of_birth(_moment(value).date())
    if kind == "service":
        return _service(view, value)
    if kind == "provider":
        return _provider(view, value)
    if kind == "phone":
        return spoken.digits(str(value))
    return spoken.day(_moment(value).date()) if kind == "date" else str(value)


def _tasks(view: View, value: Any) -> str:
    """Tasks by their names, as alternatives to choose from."""
    flows = view.domain.flows
    return _spoken(view).join([_local(view, flows[item].name) for item in value], "or")


def _local(view: View, value: Any) -> str:
    """A text that the site gives in several languages, in the caller's."""
    if isinstance(value, Mapping):
        return str(value.get(view.state.language) or next(iter(value.values())))
    return str(value)


FILTERS: Mapping[str, Callable[..., str]] = {
    "when": _when,
    "day": _day,
    "time": _time,
    "date_of_birth": _date_of_birth,
    "service": _service,
    "services": _services,
    "provider": _provider,
    "name": _name,
    "first_name": _first_name,
    "price": _price,
    "length": _length,
    "options": _options,
    "readings": _readings,
    "tasks": _tasks,
    "join": _join,
    "local": _local,
    "money": lambda view, value: _spoken(view).money(int(value)),
    "number": lambda view, value: _spoken(view).number(int(value)),
    "minutes": lambda view, value: _spoken(view).duration(int(value)),
    "digits": lambda view, value: _spoken(view).digits(str(value)),
    "lower": lambda _view, value: str(value).lower(),
    "upper_first": lambda _view, value: str(value)[:1].upper() + str(value)[1:],
}
"""What a template may do with a value, by name."""
