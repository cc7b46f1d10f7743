"""The site: its places, people and services as a catalogue, its facts, and who is on file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, time
from typing import Any
from zoneinfo import ZoneInfo

from engine.core.catalogue import (
    Block,
    BookingRules,
    Catalogue,
    Offering,
    Person,
    Provider,
    Requirement,
    Room,
)
from engine.core.domain import Appointment
from engine.pack import site_values
from engine.pack.compile_people import compile_appointments, compile_people
from engine.pack.layers import Layer
from engine.pack.report import Report
from engine.pack.source import Kind, Node

_RELEASE_AT = time(8, 30)
_RULE_KEYS = {
    "late_cancel_fee_eur": "late_cancel_fee",
    "no_shows_before_prepayment": "missed_before_prepayment",
}
_RULES = frozenset(BookingRules.__dataclass_fields__)


@dataclass(slots=True)
class Site:
    """What a site adds to its pack."""

    catalogue: Catalogue
    name: Mapping[str, str] = field(default_factory=dict)
    phones: Mapping[str, str] = field(default_factory=dict)
    emergency_number: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    dates: Mapping[str, str] = field(default_factory=dict)
    retention: Mapping[str, int] = field(default_factory=dict)


def no_site() -> Site:
    """What a pack without a site is checked with."""
    return Site(Catalogue(UTC, {}, frozenset(), {}, {}, {}, (), BookingRules()))


def ids(layer: Layer | None, key: str) -> frozenset[str] | None:
    """The ids under a key of the site's file; None without a site."""
    if layer is None:
        return None
    node = layer.domain.get(key)
    return frozenset(node.entries) if node is not None else frozenset()


class SiteCompiler:
    """Compiles a site's file and its seed data."""

    def __init__(self, layer: Layer, languages: tuple[str, ...], subject: str, report: Report) -> None:
        self.layer = layer
        self.node = layer.domain
        self.languages = languages
        self.subject = subject
        self.report = report

    def site(self, holidays: Mapping[str, str]) -> Site:
        """The site."""
        catalogue = self._catalogue()
        phones = {name: value.text for name, _, value in self.node.pairs("phones")}
        name = self._local(self.node.get("name"))
        emergency = self.node.words("emergency_number")
        facts: dict[str, Any] = {
            "name": name,
            "address": self._local(self.node.get("address")),
            "emergency_number": emergency,
            "phones": phones,
            "price": {key: item.price for key, item in catalogue.offerings.items() if item.price is not None},
        }
        facts |= {key: self._local(value) for key, _, value in self.node.pairs("facts")}
        facts["recording"] = self.node.get("recording") is not None
        return Site(
            catalogue=catalogue,
            name=name,
            phones=phones,
            emergency_number=emergency,
            facts=facts,
            people=tuple(compile_people(self.layer.people, catalogue, self.report)),
            appointments=tuple(compile_appointments(self.layer, self.subject, catalogue, self.report)),
            dates=holidays,
            retention={
                key: int(value.text)
                for key, _, value in self.node.pairs("retention")
                if value.text.isdecimal()
            },
        )

    def _local(self, node: Node | None) -> dict[str, str]:
        if node is None:
            return {}
        if node.kind is Kind.TEXT:
            return dict.fromkeys(self.languages, node.text)
        texts = {language: value.text for language, _, value in node.own_pairs()}
        for language in self.languages:
            if node.kind is Kind.MAP and language not in texts:
                self.report.error(node, f"there is no text in '{language}' here", f"add {language}: ...")
        return texts

    def _names(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        if node is None:
            return {}
        if node.kind is not Kind.MAP:
            return dict.fromkeys(self.languages, tuple(item.text for item in node.each()))
        return {
            language: tuple(item.text for item in value.each()) for language, _, value in node.own_pairs()
        }

    # --- the catalogue -----------------------------------------------------------------------------------

    def _catalogue(self) -> Catalogue:
        node = self.node
        rooms = {
            name: Room(name, tuple(item.text for item in room.list_of("for")))
            for name, _, room in node.pairs("rooms")
        }
        providers = {name: self._provider(name, item, rooms) for name, _, item in node.pairs("providers")}
        offerings = {name: self._offering(name, key, item) for name, key, item in node.pairs("services")}
        self._check_offerings(offerings, providers, rooms)
        return Catalogue(
            zone=self._zone(),
            hours=site_values.week(node.get("hours")),
            closed=frozenset(filter(None, map(site_values.day, node.list_of("closed")))),
            rooms=rooms,
            providers=providers,
            offerings=offerings,
            blocks=tuple(self._blocks(providers, offerings)),
            rules=self._rules(),
            not_offered=self._names(node.get("not_offered")),
        )

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.node.words("time_zone", "UTC"))
        except (KeyError, ValueError, OSError):
            return ZoneInfo("UTC")

    def _provider(self, name: str, node: Node, rooms: Mapping[str, Room]) -> Provider:
        for item in node.list_of("rooms"):
            self.report.known(item, "room", rooms, f"provider '{name}': ")
        breaks = map(site_values.stretch, (*node.list_of("lunch"), *node.list_of("breaks")))
        title = node.get("title")
        return Provider(
            id=name,
            name=node.words("name"),
            title=self._local(title) if title is not None else {},
            roles=tuple(item.text for item in node.list_of("roles")),
            rooms=tuple(item.text for item in node.list_of("rooms") if item.text in rooms),
            works=site_values.week(node.get("works")),
            breaks=tuple(filter(None, breaks)),
            languages=tuple(item.text for item in node.list_of("languages")),
            also_called=self._names(node.get("also_called")),
        )

    def _offering(self, name: str, key: Node, node: Node) -> Offering:
        names = self._names(node.get("names"))
        also = self._names(node.get("also_called"))
        for language in self.languages:
            if not names.get(language):
                self.report.error(
                    key, f"service '{name}' has no name in '{language}'", f"names: {{{language}: [...]}}"
                )
        both = {code: (*names.get(code, ()), *also.get(code, ())) for code in {**names, **also}}
        below, from_ = site_values.ages(node)
        price = node.words("price") or node.words("price_eur")
        return Offering(
            id=name,
            names=both,
            minutes=site_values.number(node, "minutes", 0),
            turnover_minutes=site_values.number(node, "turnover", 0),
            role=node.words("role"),
            purpose=node.words("room"),
            price=int(price) if price.isdecimal() else None,
            audience=node.words("audience") or node.words(f"{self.subject}s") or "any",
            age_below=below,
            age_from=from_,
            guardian=node.words("guardian") in {"true", "required"},
            arrive_early_minutes=site_values.number(node, "arrive_early_min", 0),
            requires=self._requirement(name, node.get("requires")),
            block=node.words("blocks") or None,
        )

    def _requirement(self, name: str, node: Node | None) -> Requirement | None:
        if node is None or node.kind is not Kind.MAP:
            return None
        services = ids(self.layer, "services") or frozenset()
        for item in node.list_of("visit"):
            self.report.known(item, "service", services, f"service '{name}': ")
        return Requirement(
            visits=tuple(item.text for item in node.list_of("visit")),
            within_months=site_values.number(node, "within_months", None),
            at_least_days=site_values.number(node, "at_least_days", None),
            referral=node.words("referral") in {"true", "required"},
        )

    def _check_offerings(
        self, offerings: Mapping[str, Offering], providers: Mapping[str, Provider], rooms: Mapping[str, Room]
    ) -> None:
        roles = {role for provider in providers.values() for role in provider.roles}
        purposes = {purpose for room in rooms.values() for purpose in room.purposes}
        services = self.node.get("services")
        for name, offering in offerings.items():
            node = services.entries[name].value if services is not None else self.node
            by = f"service '{name}': "
            role, room = node.get("role"), node.get("room")
            if role is not None and self.report.known(role, "role", roles, by) and room is not None:
                able = [item for item in providers.values() if offering.role in item.roles]
                if self.report.known(room, "room purpose", purposes, by) and not any(
                    offering.purpose in rooms[place].purposes for item in able for place in item.rooms
                ):
                    hint = f"give one of {', '.join(item.id for item in able)} a room for it"
                    self.report.error(room, f"{by}nobody with role '{offering.role}' has a room for it", hint)
            if offering.minutes <= 0:
                place = node.get("minutes") or node
                self.report.error(place, f"{by}it takes no time", "minutes: 30")

    def _blocks(
        self, providers: Mapping[str, Provider], offerings: Mapping[str, Offering]
    ) -> Iterable[Block]:
        tags = {item.block for item in offerings.values() if item.block}
        for node in self.node.list_of("blocks"):
            provider = node.get("provider")
            stretch = site_values.stretch(node.get("at"))
            if (
                provider is None
                or stretch is None
                or not self.report.known(provider, "provider", providers, "block: ")
            ):
                continue
            tag = node.get("tag")
            if tag is not None and tag.text not in tags:
                self.report.warning(
                    tag, f"no service uses the block '{tag.text}'", "give a service `blocks:`"
                )
            written = [*node.list_of("days"), *node.list_of("on")]
            days = tuple(day for item in written for day in site_values.days(item.text))
            release = site_values.moment(node.words("release_at")) or _RELEASE_AT
            yield Block(node.words("tag"), provider.text, days, stretch, release)

    def _rules(self) -> BookingRules:
        node = self.node.get("rules")
        if node is None:
            return BookingRules()
        numbers = {}
        for key in node.entries:
            name = _RULE_KEYS.get(key, key)
            value = site_values.number(node, key, None)
            if name in _RULES and value is not None:
                numbers[name] = value
        return BookingRules(**numbers)
