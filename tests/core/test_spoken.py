"""What is said for a value: forms of two languages, by table, and what must hold for all of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.spoken import Spoken

LANGUAGES = Path(__file__).parents[2] / "data" / "languages"


def spoken(language: str) -> Spoken:
    """Read one language's tables as the loader does: every scalar is text."""
    text = (LANGUAGES / f"{language}.yml").read_text("utf-8")
    return Spoken(yaml.load(text, yaml.BaseLoader))  # noqa: S506 - BaseLoader makes only texts, lists and mappings


CODES = ("en", "lt", "de", "es", "lv")
SPOKEN = {language: spoken(language) for language in CODES}
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
BIRTHS = st.dates(date(1900, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("en", date(2026, 12, 1), "Tuesday, the first of December"),
        ("en", date(2026, 12, 31), "Thursday, the thirty-first of December"),
        ("en", date(2027, 2, 22), "Monday, the twenty-second of February"),
        ("lt", date(2026, 12, 1), "antradienį, gruodžio pirmą dieną"),
        ("lt", date(2026, 11, 23), "pirmadienį, lapkričio dvidešimt trečią dieną"),
        ("lt", date(2027, 3, 15), "pirmadienį, kovo penkioliktą dieną"),
        ("de", date(2026, 12, 1), "Dienstag, den ersten Dezember"),
        ("es", date(2026, 12, 1), "el martes uno de diciembre"),
        ("lv", date(2027, 3, 15), "pirmdien, piecpadsmitajā martā"),
    ],
)
def test_a_day_is_said_with_its_weekday(language: str, day: date, words: str) -> None:
    assert SPOKEN[language].day(day) == words


@pytest.mark.parametrize(
    ("language", "ahead", "words"),
    [
        ("en", 0, "today, Monday, the twenty-third of November"),
        ("en", 1, "tomorrow, Tuesday, the twenty-fourth of November"),
        ("en", 2, "Wednesday, the twenty-fifth of November"),
        ("lt", 1, "rytoj, antradienį, lapkričio dvidešimt ketvirtą dieną"),
    ],
)
def test_a_near_day_keeps_its_date(language: str, ahead: int, words: str) -> None:
    today = date(2026, 11, 23)
    assert SPOKEN[language].day(today + timedelta(days=ahead), today) == words


@pytest.mark.parametrize(
    ("language", "clock", "words"),
    [
        ("en", "10:00", "ten"),
        ("en", "15:30", "half past three"),
        ("en", "16:45", "quarter to five"),
        ("en", "14:10", "ten past two"),
        ("en", "12:00", "noon"),
        ("en", "00:00", "midnight"),
        ("en", "11:55", "five to twelve"),
        ("en", "09:07", "seven minutes past nine"),
        ("en", "06:00", "six in the morning"),
        ("en", "20:15", "quarter past eight in the evening"),
        ("lt", "10:00", "dešimtą valandą"),
        ("lt", "15:30", "pusę keturių"),
        ("lt", "12:30", "pusę vienos"),
        ("lt", "15:10", "penkiolika valandų dešimt minučių"),
        ("lt", "09:05", "devynios valandos penkios minutės"),
        ("lt", "21:30", "dvidešimt viena valanda trisdešimt minučių"),
        ("lt", "13:00", "tryliktą valandą"),
        ("de", "15:30", "halb vier"),
        ("de", "14:10", "vierzehn Uhr zehn"),
        ("es", "15:30", "las tres y media de la tarde"),
        ("es", "16:45", "las cinco menos cuarto de la tarde"),
        ("lv", "15:30", "pusčetros"),
        ("lv", "10:00", "pulksten desmitos"),
    ],
)
def test_a_time_is_said_as_people_say_it(language: str, clock: str, words: str) -> None:
    assert SPOKEN[language].clock(time.fromisoformat(clock)) == words


@pytest.mark.parametrize("language", CODES)
def test_no_two_times_of_a_day_sound_the_same(language: str) -> None:
    times = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 5)]
    assert len({SPOKEN[language].clock(moment) for moment in times}) == len(times)


@pytest.mark.parametrize("language", CODES)
def test_no_two_numbers_sound_the_same(language: str) -> None:
    assert len({SPOKEN[language].number(value) for value in range(10_000)}) == 10_000


@pytest.mark.parametrize("language", CODES)
def test_no_two_years_of_birth_sound_the_same(language: str) -> None:
    births = [date(year, 6, 30) for year in range(1900, 2030)]
    assert len({SPOKEN[language].date_of_birth(born) for born in births}) == len(births)


def test_when_joins_day_and_time() -> None:
    moment = datetime.fromisoformat("2026-12-01T10:00")
    assert SPOKEN["en"].when(moment) == "Tuesday, the first of December, at ten"
    assert SPOKEN["lt"].when(moment) == "antradienį, gruodžio pirmą dieną, dešimtą valandą"


@pytest.mark.parametrize(
    ("language", "amount", "words"),
    [
        ("en", 1, "one euro"),
        ("en", 75, "seventy-five euros"),
        ("en", 120, "one hundred and twenty euros"),
        ("lt", 0, "nulis eurų"),
        ("lt", 1, "vienas euras"),
        ("lt", 3, "trys eurai"),
        ("lt", 11, "vienuolika eurų"),
        ("lt", 21, "dvidešimt vienas euras"),
        ("lt", 30, "trisdešimt eurų"),
        ("lt", 75, "septyniasdešimt penki eurai"),
        ("lt", 112, "šimtas dvylika eurų"),
        ("lt", 260, "du šimtai šešiasdešimt eurų"),
        ("de", 21, "einundzwanzig Euro"),
        ("es", 1, "un euro"),
        ("es", 100, "cien euros"),
    ],
)
def test_an_amount_agrees_with_its_currency(language: str, amount: int, words: str) -> None:
    assert SPOKEN[language].money(amount) == words


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("en", "+37061234567", "six one two, three four, five six seven"),
        ("en", "112", "one one two"),
        ("en", "+353871234567", "plus three five three, eight seven one, two three four, five six seven"),
        ("lt", "+37061234567", "šeši vienas du, trys keturi, penki šeši septyni"),
        ("lt", "112", "vienas vienas du"),
    ],
)
def test_a_telephone_number_is_said_in_groups(language: str, number: str, words: str) -> None:
    assert SPOKEN[language].digits(number) == words


@pytest.mark.parametrize(
    ("language", "born", "words"),
    [
        ("en", date(1984, 3, 12), "the twelfth of March, nineteen eighty-four"),
        ("en", date(2000, 2, 29), "the twenty-ninth of February, two thousand"),
        ("en", date(2005, 7, 3), "the third of July, two thousand and five"),
        ("en", date(1905, 1, 1), "the first of January, nineteen oh five"),
        ("en", date(2016, 6, 30), "the thirtieth of June, twenty sixteen"),
        (
            "lt",
            date(1984, 3, 12),
            "tūkstantis devyni šimtai aštuoniasdešimt ketvirtų metų kovo dvylikta diena",
        ),
        ("lt", date(1990, 10, 10), "tūkstantis devyni šimtai devyniasdešimtų metų spalio dešimta diena"),
        ("lt", date(2000, 2, 29), "dutūkstantųjų metų vasario dvidešimt devinta diena"),
        ("lt", date(2016, 6, 30), "du tūkstančiai šešioliktų metų birželio trisdešimta diena"),
    ],
)
def test_a_birth_date_is_said_with_its_year(language: str, born: date, words: str) -> None:
    assert SPOKEN[language].date_of_birth(born) == words


def test_a_length_of_time_agrees_and_has_its_usual_names() -> None:
    assert SPOKEN["en"].duration(75) == "one hour and fifteen minutes"
    assert SPOKEN["en"].duration(0) == "zero minutes"
    assert SPOKEN["lt"].duration(45) == "keturiasdešimt penkios minutės"
    assert SPOKEN["lt"].duration(90) == "pusantros valandos"


def test_things_are_joined_with_a_pause_where_they_hold_commas() -> None:
    english = SPOKEN["en"]
    assert english.join([], "or") == ""
    assert english.join(["Monday"], "or") == "Monday"
    assert english.join(["Monday", "Tuesday", "Friday"], "or") == "Monday, Tuesday or Friday"
    assert english.join(["Monday, at ten", "Tuesday"], "or") == "Monday, at ten, or Tuesday"
    assert english.join(["bread", "salt"]) == "bread and salt"


@pytest.mark.parametrize(
    ("openings", "words"),
    [
        ([("2026-12-01T10:00", "Ann")], "Tuesday, the first of December, at ten with Ann"),
        (
            [("2026-12-01T10:00", "Ann"), ("2026-12-02T15:30", "Bo")],
            "Tuesday, the first of December, at ten with Ann, or Wednesday, the second of December, at half past three with Bo",
        ),
        (
            [("2026-12-01T10:00", "Ann"), ("2026-12-02T15:30", "Ann")],
            "Tuesday, the first of December, at ten, or Wednesday, the second of December, at half past three, with Ann",
        ),
        (
            [("2026-12-01T10:00", "Ann"), ("2026-12-01T15:30", "Ann")],
            "Tuesday, the first of December, at ten or at half past three, with Ann",
        ),
        (
            [("2026-12-01T10:00", "Ann"), ("2026-12-01T15:30", "Bo")],
            "Tuesday, the first of December, at ten with Ann or at half past three with Bo",
        ),
        ([("2026-12-01T10:00", "")], "Tuesday, the first of December, at ten"),
    ],
)
def test_offered_times_say_once_what_they_share(openings: list[tuple[str, str]], words: str) -> None:
    offered = [(datetime.fromisoformat(start), who) for start, who in openings]
    assert SPOKEN["en"].options(offered) == words


@pytest.mark.parametrize(
    ("language", "wish", "words"),
    [
        ("en", {"days": [["2026-12-01", "2026-12-02"]]}, "Tuesday, the first of December"),
        ("en", {"days": [["2026-11-24", "2026-11-25"]]}, "tomorrow, Tuesday, the twenty-fourth of November"),
        ("en", {"times": [["16:00", None]]}, "after four"),
        ("en", {"times": [[None, "10:00"], ["16:00", "18:00"]]}, "before ten or between four and six"),
        ("en", {"times": [["10:50", "10:51"]]}, "at ten to eleven"),
        ("lt", {"times": [["07:00", "07:01"]]}, "septintą valandą"),
        (
            "en",
            {
                "either": [
                    {"exact": ["2026-12-01T10:00"]},
                    {"days": [["2026-12-02", "2026-12-03"]], "times": [["16:00", None]]},
                ]
            },
            "Tuesday, the first of December, at ten, or Wednesday, the second of December, after four",
        ),
        ("en", {"around": "08:00"}, "around eight"),
        ("en", {"around": "20:00"}, "around eight in the evening"),
        ("en", {"exact": ["2026-12-01T10:00"]}, "Tuesday, the first of December, at ten"),
        (
            "en",
            {"days": [["2026-12-01", "2026-12-02"]], "exact": ["2026-12-01T10:00"]},
            "Tuesday, the first of December, at ten",
        ),
        (
            "en",
            {"days": [["2026-12-01", "2026-12-04"]], "around": "10:00"},
            "from Tuesday, the first of December to Thursday, the third of December, around ten",
        ),
        ("en", {"days": [[None, "2026-12-02"]]}, "until Tuesday, the first of December"),
        ("en", {"order": "soonest"}, "any time"),
        (
            "lt",
            {"days": [["2026-12-01", "2026-12-02"]], "around": "10:00"},
            "antradienį, gruodžio pirmą dieną, apie dešimtą valandą",
        ),
        ("lt", {"times": [["16:00", None]]}, "ne anksčiau kaip šešioliktą valandą"),
    ],
)
def test_a_wish_is_said_so_that_readings_differ(language: str, wish: dict[str, object], words: str) -> None:
    assert SPOKEN[language].wish(wish, date(2026, 11, 23)) == words


def test_weekdays_have_the_forms_that_templates_need() -> None:
    monday = date(2026, 11, 23)
    assert SPOKEN["lt"].weekday(monday) == "pirmadienį"
    assert SPOKEN["lt"].weekday(monday, "plain") == "pirmadienis"
    assert SPOKEN["en"].weekday(monday, "habit") == "Mondays"


def test_a_language_without_spoken_forms_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match="section 'speech' is missing"):
        Spoken({})


@pytest.mark.parametrize("language", CODES)
@settings(max_examples=100, deadline=None)
@given(
    day=DAYS,
    clock=st.times(),
    born=BIRTHS,
    number=st.integers(0, 10**12),
    amount=st.integers(0, 9999),
    phone=st.from_regex(r"\+?[0-9]{1,15}", fullmatch=True),
)
def test_nothing_said_holds_a_digit_or_a_gap(
    language: str, day: date, clock: time, born: date, number: int, amount: int, phone: str
) -> None:
    say = SPOKEN[language]
    said = [
        say.when(datetime.combine(day, clock)),
        say.date_of_birth(born),
        say.number(number),
        say.money(amount),
        say.duration(amount),
        say.digits(phone),
    ]
    for words in said:
        assert words == " ".join(words.split())
        assert words
        assert not any(char.isdigit() or char in "{}" for char in words)


def test_what_was_said_before_is_said_alike_and_no_more_is_kept_than_a_calendar_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for kept in (0, 1, 2000):
        monkeypatch.setattr("engine.core.spoken._REMEMBERED", kept)
        speaker = spoken("en")
        for day in (date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 1)):
            assert speaker.day(day) == SPOKEN["en"].day(day)
        for moment in (time(9, 15), time(10), time(9, 15)):
            assert speaker.clock(moment) == SPOKEN["en"].clock(moment)
