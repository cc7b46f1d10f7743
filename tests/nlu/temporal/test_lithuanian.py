"""Lithuanian: every form with and without diacritics, by the clock of Monday 2026-11-23 10:00, hours 8 to 18."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

Read = Callable[..., list[str]]


def plain(text: str) -> str:
    """The text as a recogniser without Lithuanian letters writes it."""
    return "".join(
        letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter)
    )


EXPECTED = [
    ("šiandien", ["date 2026-11-23"]),
    ("rytoj", ["date 2026-11-24"]),
    ("poryt", ["date 2026-11-25"]),
    ("užporyt", ["date 2026-11-26"]),
    ("vakar", ["date 2026-11-22"]),
    ("antradienį", ["date 2026-11-24"]),
    ("trečiadieniui", ["date 2026-11-25"]),
    ("nuo penktadienio", ["daterange 2026-11-27.."]),
    ("pirmadienį", ["date 2026-11-23|2026-11-30"]),
    ("kitą antradienį", ["date 2026-11-24|2026-12-01"]),
    ("šį penktadienį", ["date 2026-11-27"]),
    ("ateinantį pirmadienį", ["date 2026-11-30"]),
    ("kitos savaitės antradienį", ["date 2026-12-01"]),
    ("šeštadieniais", ["date 2026-11-28"]),
    ("subatą", ["date 2026-11-28"]),
    ("po savaitės", ["date 2026-11-30"]),
    ("už savaitės", ["date 2026-11-30"]),
    ("prieš savaitę", ["date 2026-11-16"]),
    ("po dviejų savaičių", ["date 2026-12-07"]),
    ("po dviejų savaičių antradienį", ["date 2026-12-08"]),
    ("po dviejų ar trijų savaičių", ["daterange 2026-12-07..2026-12-15"]),
    ("po savaitės ir dviejų dienų", ["date 2026-12-02"]),
    ("po pusantro mėnesio", ["date 2027-01-07"]),
    ("savaitę po antradienio", ["date 2026-12-01"]),
    ("kitą dieną po Kalėdų", ["date 2026-12-26"]),
    ("paskutinį mėnesio penktadienį", ["date 2026-11-27"]),
    ("paskutinę mėnesio dieną", ["date 2026-11-30"]),
    ("pirmą kito mėnesio dieną", ["date 2026-12-01"]),
    ("gegužės trečią kitais metais", ["date 2027-05-03"]),
    ("kitų metų gegužę", ["daterange 2027-05-01..2027-06-01"]),
    ("kitą savaitgalį", ["daterange 2026-12-05..2026-12-07"]),
    ("po savaitgalio", ["daterange 2026-11-30.."]),
    ("iki mėnesio pabaigos", ["daterange ..2026-12-01"]),
    ("už pusantros valandos", ["datetime 2026-11-23T11:30"]),
    ("antradienį anksti", ["datetimerange 2026-11-24T00:00..2026-11-24T10:00"]),
    ("5 30 eurų", []),
    ("nuo 5 iki 10 eurų", []),
    ("po trijų dienų", ["date 2026-11-26"]),
    ("po mėnesio", ["date 2026-12-23"]),
    ("kitą savaitę", ["daterange 2026-11-30..2026-12-07"]),
    ("šią savaitę", ["daterange 2026-11-23..2026-11-30"]),
    ("savaitgalį", ["daterange 2026-11-28..2026-11-30"]),
    ("mėnesio pabaigoje", ["daterange 2026-11-21..2026-12-01"]),
    ("kovo penkioliktą", ["date 2027-03-15"]),
    ("kovo penkioliktą dieną", ["date 2027-03-15"]),
    ("kovo penkiolikta", ["date 2027-03-15"]),
    ("kovo 15 d.", ["date 2027-03-15"]),
    ("kovo 15-ąją", ["date 2027-03-15"]),
    ("iki kovo penkioliktos", ["daterange ..2027-03-16"]),
    ("gruodžio trečią", ["date 2026-12-03"]),
    ("gruodžio 3 d. 14:30", ["datetime 2026-12-03T14:30"]),
    ("2026 m. gruodžio 3 d.", ["date 2026-12-03"]),
    ("2026 m. gruodžio 1 d., antradienis", ["date 2026-12-01"]),
    ("gruodžio dvidešimt pirmą", ["date 2026-12-21"]),
    ("lapkričio trisdešimt pirmą", ["date None"]),
    ("gruodžio pirmą arba antrą", ["date 2026-12-01", "date 2026-12-02"]),
    ("aštuntą valandą", ["time 08:00"]),
    ("trečią valandą", ["time 15:00"]),
    ("penkiolika valandų trisdešimt minučių", ["time 15:30"]),
    ("15 val. 30 min.", ["time 15:30"]),
    ("15 val", ["time 15:00"]),
    ("15.30", ["time 15:30"]),
    ("14 30", ["time 14:30"]),
    ("pusę keturių", ["time 15:30"]),
    ("pusė ketvirtos", ["time 15:30"]),
    ("pusę trijų", ["time 14:30"]),
    ("be dešimt trys", ["time 14:50"]),
    ("be penkių devynios", ["time 08:55"]),
    ("po devynių penkios", ["time 09:05"]),
    ("penkios po devynių", ["time 09:05"]),
    ("ketvirtis po trijų", ["time 15:15"]),
    ("be ketvirčio trys", ["time 14:45"]),
    ("aštuntą vakaro", ["time 20:00"]),
    ("antrą dienos", ["time 14:00"]),
    ("apie trečią", ["time 15:00"]),
    ("nuo aštuonių iki dvylikos", ["timerange 08:00..12:00"]),
    ("nuo aštuntos iki dvyliktos", ["timerange 08:00..12:00"]),
    ("po penkių", ["timerange 17:00.."]),
    ("po penktos", ["timerange 17:00.."]),
    ("iki dešimtos", ["timerange ..10:00"]),
    ("ne anksčiau kaip dešimtą", ["timerange 10:00.."]),
    ("rytoj ryte", ["datetimerange 2026-11-24T06:00..2026-11-24T12:00"]),
    ("šiandien po pietų", ["datetimerange 2026-11-23T12:00..2026-11-23T18:00"]),
    ("antradienį trečią valandą", ["datetime 2026-11-24T15:00"]),
    ("antradienį 14 val.", ["datetime 2026-11-24T14:00"]),
    ("gruodžio trečią dieną dešimtą valandą", ["datetime 2026-12-03T10:00"]),
    ("ketvirtadienį pusę keturių", ["datetime 2026-11-26T15:30"]),
    ("po valandos", ["datetime 2026-11-23T11:00"]),
    ("ne antradienį, o trečiadienį", ["not date 2026-11-24", "date 2026-11-25"]),
    ("bet kuri diena, išskyrus penktadienį", ["not date 2026-11-27"]),
    ("tik ne trečiadienį", ["not date 2026-11-25"]),
    ("antradienį, ne, trečiadienį", ["date 2026-11-25"]),
    ("antradienį arba trečiadienį", ["date 2026-11-24", "date 2026-11-25"]),
    ("perkelti iš ketvirtadienio į penktadienį", ["date 2026-11-26", "date 2026-11-27"]),
    ("kuo greičiau", ["order soonest"]),
    ("gal turite ką nors anksčiau", ["order earlier"]),
    ("per Kalėdas", ["date 2026-12-25"]),
    ("jam šešeri metai", []),
    ("pas jus esu pirmą kartą", []),
    ("turiu vieną klausimą", []),
    ("skauda jau tris dienas", []),
    ("vėluosiu apie penkiolika minučių", []),
    ("laba diena", []),
]


@pytest.mark.parametrize(("text", "expected"), EXPECTED)
def test_a_form_has_its_value(read: Read, text: str, expected: list[str]) -> None:
    assert read(text, "lt") == expected


@pytest.mark.parametrize(("text", "expected"), EXPECTED)
def test_lost_diacritics_and_capitals_change_nothing(read: Read, text: str, expected: list[str]) -> None:
    assert read(plain(text).upper(), "lt") == expected


def test_a_bare_hour_is_one_when_a_time_was_asked(read: Read) -> None:
    assert read("aštuntą arba devintą", "lt", asking="time") == ["time 08:00", "time 09:00"]
    assert read("trečią", "lt", asking="time") == ["time 15:00"]
    assert read("trečią", "lt", asking="date") == ["date 2026-12-03"]
