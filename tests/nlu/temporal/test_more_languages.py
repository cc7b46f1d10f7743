"""German, Spanish and Latvian forms, by the clock of Monday 2026-11-23 10:00, hours 8 to 18."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Read = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("halb drei", ["time 14:30"]),
        ("viertel nach drei", ["time 15:15"]),
        ("viertel vor drei", ["time 14:45"]),
        ("viertel drei", ["time 14:15"]),
        ("dreiviertel drei", ["time 14:45"]),
        ("fünf vor halb drei", ["time 14:25"]),
        ("um 14 Uhr", ["time 14:00"]),
        ("siebzehn Uhr fünfundvierzig", ["time 17:45"]),
        ("morgen um 14 Uhr 30", ["datetime 2026-11-24T14:30"]),
        ("am dritten", ["date 2026-12-03"]),
        ("am fünfzehnten März", ["date 2027-03-15"]),
        ("am einundzwanzigsten Dezember", ["date 2026-12-21"]),
        ("15.1.", ["date 2027-01-15"]),
        ("nächsten Dienstag", ["date 2026-11-24|2026-12-01"]),
        ("Dienstag in einer Woche", ["date 2026-12-01"]),
        ("heute in acht Tagen", ["date 2026-11-30"]),
        ("Sonnabend", ["date 2026-11-28"]),
        ("übermorgen", ["date 2026-11-25"]),
        ("morgen früh", ["datetimerange 2026-11-24T06:00..2026-11-24T12:00"]),
        ("Dienstagnachmittag", ["datetimerange 2026-11-24T12:00..2026-11-24T18:00"]),
        ("am Dienstag um halb drei", ["datetime 2026-11-24T14:30"]),
        ("nächste Woche Dienstag gegen halb vier", ["datetime 2026-12-01T15:30"]),
        ("nicht den dreizehnten, den dreißigsten", ["not date 2026-12-13", "date 2026-11-30"]),
        ("guten Tag", []),
        ("am letzten Freitag des Monats", ["date 2026-11-27"]),
        ("am ersten Tag des nächsten Monats", ["date 2026-12-01"]),
        ("der Tag nach Weihnachten", ["date 2026-12-26"]),
        ("in zwei oder drei Wochen", ["daterange 2026-12-07..2026-12-15"]),
        ("am 3. Mai nächsten Jahres", ["date 2027-05-03"]),
        ("nach dem Wochenende", ["daterange 2026-11-30.."]),
        ("bis Ende der Woche", ["daterange ..2026-11-30"]),
        ("am frühen Morgen", ["timerange 06:00..12:00"]),
        ("Version 3.10", []),
    ],
)
def test_german(read: Read, text: str, expected: list[str]) -> None:
    assert read(text, "de") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a las tres y media", ["time 15:30"]),
        ("a las tres y cuarto", ["time 15:15"]),
        ("las tres menos cuarto", ["time 14:45"]),
        ("cuarto para las tres", ["time 14:45"]),
        ("a las diez", ["time 10:00"]),
        ("a las ocho de la tarde", ["time 20:00"]),
        ("el martes", ["date 2026-11-24"]),
        ("el próximo lunes", ["date 2026-11-30"]),
        ("el martes que viene", ["date 2026-11-24"]),
        ("pasado mañana", ["date 2026-11-25"]),
        ("el quince de marzo", ["date 2027-03-15"]),
        ("el uno de diciembre", ["date 2026-12-01"]),
        ("el primero de diciembre", ["date 2026-12-01"]),
        ("dentro de dos semanas", ["date 2026-12-07"]),
        ("de hoy en ocho", ["date 2026-11-30"]),
        ("en quince días", ["date 2026-12-07"]),
        ("mañana", ["date 2026-11-24"]),
        ("mañana por la mañana", ["datetimerange 2026-11-24T06:00..2026-11-24T12:00"]),
        ("manana por la manana", ["datetimerange 2026-11-24T06:00..2026-11-24T12:00"]),
        ("la semana que viene", ["daterange 2026-11-30..2026-12-07"]),
        ("a primera hora", ["timerange 08:00..10:00"]),
        ("el martes a las cuatro y media", ["datetime 2026-11-24T16:30"]),
        ("no el trece, el treinta", ["not date 2026-12-13", "date 2026-11-30"]),
        ("buenas tardes", []),
        ("esta mañana", ["datetimerange 2026-11-23T06:00..2026-11-23T12:00"]),
        ("el 3 de enero de 2027 a las 5 de la tarde", ["datetime 2027-01-03T17:00"]),
        ("a las ocho de la tarde menos cuarto", ["time 19:45"]),
        ("después del martes", ["daterange 2026-11-25.."]),
        ("a más tardar el viernes", ["daterange ..2026-11-28"]),
        ("el último viernes del mes", ["date 2026-11-27"]),
        ("el primer día del mes que viene", ["date 2026-12-01"]),
        ("el día antes del viernes", ["date 2026-11-26"]),
        ("una semana después del martes", ["date 2026-12-01"]),
        ("dentro de dos o tres semanas", ["daterange 2026-12-07..2026-12-15"]),
        ("el 3 de mayo del próximo año", ["date 2027-05-03"]),
        ("temprano el miércoles", ["datetimerange 2026-11-25T00:00..2026-11-25T10:00"]),
        ("código 3.10", []),
    ],
)
def test_spanish(read: Read, text: str, expected: list[str]) -> None:
    assert read(text, "es") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pulksten trijos", ["time 15:00"]),
        ("pusčetros", ["time 15:30"]),
        ("pustrijos", ["time 14:30"]),
        ("bez piecpadsmit vienpadsmit", ["time 10:45"]),
        ("līdz desmitiem", ["timerange ..10:00"]),
        ("otrdien", ["date 2026-11-24"]),
        ("nākamo otrdien", ["date 2026-11-24|2026-12-01"]),
        ("rīt", ["date 2026-11-24"]),
        ("parīt", ["date 2026-11-25"]),
        ("pēc nedēļas", ["date 2026-11-30"]),
        ("pirmajā decembrī", ["date 2026-12-01"]),
        ("piecpadsmitajā martā", ["date 2027-03-15"]),
        ("15. martā", ["date 2027-03-15"]),
        ("ceturtdien pusčetros", ["datetime 2026-11-26T15:30"]),
        ("rīt pēcpusdienā", ["datetimerange 2026-11-24T12:00..2026-11-24T18:00"]),
        ("ne trīspadsmitajā, bet trīsdesmitajā", ["not date 2026-12-13", "date 2026-11-30"]),
        ("grūti elpot vai rīt", []),
    ],
)
def test_latvian(read: Read, text: str, expected: list[str]) -> None:
    assert read(text, "lv") == expected
