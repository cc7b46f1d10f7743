"""The safety screen on the shipped tables: golden sentences, their variants, our labelled lines, its laws."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.resemblance_training import train
from engine.core.safety import (
    Finding,
    Level,
    PatternError,
    assess,
    assess_all,
    compile_patterns,
    worst,
)
from engine.core.words import split_words
from engine.pack import load

ROOT = Path(__file__).parents[2]


def _lines(name: str) -> list[dict[str, Any]]:
    text = (ROOT / "data" / "utterances" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


# Read while the tests are collected: the core itself opens no file.
TABLES = tuple(load("dental").patterns.values())
LABELLED = _lines("safety_en.jsonl") + _lines("safety_lt.jsonl")
ROUNDS = {code: _lines(f"safety_rounds_{code}.jsonl") for code in ("en", "lt", "de", "es", "lv")}
EXAMPLES = {
    path.name.partition(".")[0]: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "domains" / "dental" / "safety").glob("??.examples.yml"))
}

GOLDEN = {
    "en": {
        "L0": """my face is swelling and I can't breathe right | I can't even swallow my own spit
            | his lip and tongue blew up after the injection | she passed out in the bathroom
            | jaw hurts and there's a weight on my chest | I've taken like twelve paracetamol since last night
            | swelling's up to my eye and I can't open it | I can't do this any more, I don't want to be here
            | it's not an emergency but my throat feels like it's closing
            | got it pulled at ten and it's still gushing | I think my jaw is broken""",
        "L1": """my kid's front tooth came right out at football | I'm holding the tooth in my hand
            | I bit on the gauze for half an hour, still bleeding
            | cheek doubled since this morning and I've a fever
            | they hit me in the mouth, two teeth are pushed in""",
        "L2": """ibuprofen does nothing, I was up all night | there's a lump on the gum, it throbs
            | I broke a molar and it kills when I breathe in
            | bleeding a bit after yesterday's extraction, it's slowing down""",
        "L4": """my crown came off, doesn't hurt | filling fell out, no pain | gums bleed when I brush, for months
            | a baby tooth fell out, is that ok? | I had swelling last year, just want a check-up
            | no pain, no swelling, just a cleaning | do you do emergency appointments?
            | what counts as an emergency? | my friend had an abscess, can it spread? | I'm on 112 High Street
            | who's your emergency contact on the form? | it stopped bleeding, thanks""",
    },
    "lt": {
        "L0": """Man sutino veidas ir sunku kvėpuoti. | Sunku ką nors nuryti, vos kvėpuoju.
            | Negaliu nuryti seilių, tinsta gerklė. | Skauda žandikaulį ir spaudžia krūtinę.
            | Vyras prarado sąmonę. | Išgėriau per daug paracetamolio, nes labai skaudėjo dantį.
            | Nebenoriu gyventi. | Po nuskausminamųjų ištino lūpos ir išbėrė visą kūną.
            | Tinsta skruostas, jau užtino akis, temperatūra trisdešimt devyni.
            | Gavau smūgį į žandikaulį ir negaliu išsižioti.""",
        "L1": """Po danties rovimo jau dvi valandas bėga kraujas ir nesustoja.
            | Sūnus nukrito nuo dviračio ir išsimušė priekinį dantį.
            | Dantis iškrito visas, laikau jį rankoje, ką daryti?
            | Praėjo keturiasdešimt minučių, dantis įdėtas į pieną.
            | Mergaitė nukrito, prasikirto lūpą, labai kraujuoja. | Prašau skubiai sujungti su gydytoju!""",
        "L2": "Labai skauda dantį, nuskausminamieji nebepadeda, nemiegojau visą naktį.",
        "L4": """Iškrito plomba, danties neskauda, bet norėčiau susitvarkyti. | Nieko skubaus, tik noriu pasitikrinti.
            | Valant dantis jau kelis mėnesius kraujuoja dantenos. | Kraujavimas jau sustojo, tik norėjau pasiteirauti.
            | Pernai buvo sutinęs žandas, bet dabar viskas gerai. | Kvėpuoti nesunku, temperatūros neturiu.
            | Draugei taip buvo, o man tik truputį maudžia. | Iškrito pieninis dantukas, ar reikia ką nors daryti?
            | Vakar skaudėjo, šiandien nebeskauda. | Kiek kainuotų skubus vizitas, jei prireiktų?""",
    },
    "lv": {
        "L0": "Man ir satūkusi seja un grūti elpot. | Man sāp žoklis un spiež krūtīs.",
        "L1": """Dēls nokrita un izsita priekšzobu.
            | Pēc zoba izraušanas jau divas stundas neapstājas asiņošana.""",
        "L4": """Nekas steidzams, tikai gribu pārbaudīt zobus.
            | Tīrot zobus, jau vairākus mēnešus asiņo smaganas.""",
    },
    "de": {
        "L0": """Mein Gesicht ist geschwollen und ich bekomme schlecht Luft.
            | Mir tut der Kiefer weh und ich habe Druck auf der Brust.""",
        "L1": """Mein Sohn ist gestürzt und hat sich einen Schneidezahn ausgeschlagen.
            | Mir wurde ein Zahn gezogen und es blutet seit zwei Stunden ohne Unterbrechung.""",
        "L4": """Die Füllung ist herausgefallen, tut aber nicht weh. | Kein Notfall, ich brauche nur eine Kontrolle.
            | Beim Zähneputzen blutet seit Monaten das Zahnfleisch.""",
    },
    "es": {
        "L0": "Tengo la cara hinchada y me cuesta respirar. | Me duele la mandíbula y siento presión en el pecho.",
        "L1": """Mi hijo se ha caído y se le ha salido un diente entero.
            | Me sacaron una muela hace dos horas y no deja de sangrar.""",
        "L4": """Se me ha caído un empaste, pero no me duele. | No es urgente, es solo una revisión.
            | Me sangran las encías al cepillarme desde hace meses.""",
    },
}  # fmt: skip
GOLDEN_LINES = [
    (language, level, " ".join(sentence.split()))
    for language, levels in GOLDEN.items()
    for level, sentences in levels.items()
    for sentence in sentences.split("|")
]
URGENT = [
    (language, level, text)
    for language, level, text in GOLDEN_LINES
    if level in ("L0", "L1") and language in ("en", "lt")
]


def finding(*texts: str) -> Finding:
    return assess_all(TABLES, texts)


def level(*texts: str) -> str:
    found = finding(*texts).level
    return "L4" if found is None else found.name


@pytest.mark.parametrize(("language", "wanted", "text"), GOLDEN_LINES)
def test_a_golden_sentence_has_its_level(language: str, wanted: str, text: str) -> None:
    allowed = {"L3", "L4"} if wanted == "L4" else {wanted}
    assert level(text) in allowed, language


def _every(text: str, filler: str) -> str:
    words = text.split()
    return " ".join(f"{word} {filler}" if place % 3 == 1 else word for place, word in enumerate(words))


def _plain(text: str) -> str:
    bare = "".join(
        char for char in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(char)
    )
    return re.sub(r"[^\w\s']", "", bare)


def _somebody_else(text: str) -> str:
    words = {"I": "she", "I'm": "she's", "I've": "she's", "my": "her", "me": "her"}
    return " ".join(words.get(word, word) for word in text.split())


VARIANTS: dict[str, dict[str, Callable[[str], str]]] = {
    "filler": {"en": lambda text: _every(text, "um"), "lt": lambda text: _every(text, "nu")},
    "hedge before": {
        "en": lambda text: f"sorry to bother you, it's probably nothing but {text}",
        "lt": lambda text: f"atsiprašau, kad trukdau, gal čia nieko rimto, bet {text}",
    },
    "hedge after": {
        "en": lambda text: f"{text} but I don't want to be a nuisance",
        "lt": lambda text: f"{text} bet nenoriu trukdyti",
    },
    "third person": {"en": _somebody_else, "lt": lambda text: f"mano sūnui taip: {text}"},
    "plain": {"en": _plain, "lt": _plain},
    "shouted": {"en": str.upper, "lt": str.upper},
    "second sentence": {
        "en": lambda text: f"Hello, can you hear me? {text}",
        "lt": lambda text: f"Alio, ar girdite? {text}",
    },
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("language", "wanted", "text"), URGENT)
def test_a_variant_of_an_emergency_keeps_its_level(
    language: str, wanted: str, text: str, variant: str
) -> None:
    assert level(VARIANTS[variant][language](text)) <= wanted


@pytest.mark.parametrize(("language", "wanted", "text"), URGENT)
def test_an_emergency_in_the_second_hypothesis_counts(language: str, wanted: str, text: str) -> None:
    found = finding("I would like to book a cleaning", text)
    assert found.level is Level[wanted], language
    assert {hit.rank for hit in found.hits if hit.level is Level[wanted]} == {1}


@pytest.mark.parametrize(("language", "wanted", "text"), URGENT)
def test_a_prefix_may_be_lower_and_the_whole_is_not(language: str, wanted: str, text: str) -> None:
    words = text.split()
    prefix = " ".join(words[: len(words) // 2])
    assert finding(prefix).level is None or finding(prefix).level is not Level.L4
    assert level(prefix, text) == wanted, language


@pytest.mark.parametrize(
    "text",
    [
        "my face is smelling and swelling and I can't breeth",
        "I can't even swalow my own spit",
        "it is breeding and won't stop since the extraction",
        "my throught... my throt is closing up",
        "I took to many paracetmol tablets, twenty paracetmol tablets",
        "she is unconcious",
        "negaliu kvepuot",
        "Vyras prarado samone",
        "Po danties rovimo krauijas bega ir nesustojja",
    ],
)
def test_one_wrong_letter_in_a_sign_does_not_hide_it(text: str) -> None:
    assert level(text) in ("L0", "L1")


def test_our_labelled_emergencies_are_found() -> None:
    urgent = [line for line in LABELLED if line["level"] in ("L0", "L1")]
    missed = [line["text"] for line in urgent if level(line["text"]) not in ("L0", "L1")]
    assert len(urgent) > 300
    assert len(missed) <= len(urgent) // 100, missed


def caught(text: str) -> bool:
    """Whether a person is called, or a question asked that decides about it."""
    found = finding(text)
    return found.check is not None or found.level in {Level.L0, Level.L1, Level.L2}


# Nothing was trained on these lines. At the first look 95, 95, 97, 93 and 83 in a hundred were caught.
@pytest.mark.parametrize(
    ("language", "recall"), [("en", 0.97), ("lt", 0.97), ("de", 0.96), ("es", 0.93), ("lv", 0.86)]
)
def test_emergencies_nobody_has_written_phrases_for_are_asked_about(language: str, recall: float) -> None:
    urgent = [line["text"] for line in ROUNDS[language] if line["kind"] == "emergency"]
    missed = [text for text in urgent if not caught(text)]
    assert len(urgent) >= 30
    assert len(missed) <= (1 - recall) * len(urgent), missed


@pytest.mark.parametrize("language", ROUNDS)
def test_routine_talk_that_nobody_has_seen_is_neither_an_emergency_nor_asked_about(language: str) -> None:
    routine = [line["text"] for line in ROUNDS[language] if line["kind"] == "routine"]
    assert len(routine) >= 8
    assert [text for text in routine if caught(text)] == []


@pytest.mark.parametrize("language", EXAMPLES)
def test_the_examples_are_told_apart(language: str) -> None:
    urgent, calm = EXAMPLES[language]["urgent"], EXAMPLES[language]["calm"]
    missed = [text for text in urgent if not caught(text)]
    alarmed = [text for text in calm if finding(text).level in {Level.L0, Level.L1}]
    assert len(missed) <= len(urgent) // 200 + 1, missed
    assert len(alarmed) <= len(calm) // 100 + 1, alarmed


def test_ordinary_talk_is_no_emergency() -> None:
    calm = [line for line in LABELLED if line["level"] in ("L3", "L4")]
    raised = [line["text"] for line in calm if level(line["text"]) in ("L0", "L1", "L2")]
    assert len(calm) > 300
    assert raised == []


def test_urgent_lines_are_neither_routine_nor_an_emergency() -> None:
    urgent = [line for line in LABELLED if line["level"] == "L2"]
    assert [line["text"] for line in urgent if level(line["text"]) != "L2"] == []


@pytest.mark.parametrize(
    "line", [line for line in LABELLED if "signals" in line], ids=lambda line: line["text"]
)
def test_a_line_gives_its_signals_and_no_others(line: dict[str, Any]) -> None:
    assert sorted(finding(line["text"]).signals) == line["signals"]


def test_a_question_without_an_answer_yet_names_what_to_ask() -> None:
    found = finding("bleeding a bit after yesterday's extraction, it's slowing down")
    assert (found.level, found.check, found.if_yes) == (Level.L2, "utter_check_bleeding", Level.L1)


def test_a_certain_emergency_asks_only_what_could_raise_it() -> None:
    assert finding("she passed out in the bathroom").check is None
    assert finding("my daughter's tooth got knocked out").check is None
    assert finding("my tongue is swollen").if_yes is Level.L0


def test_a_suppressed_rule_is_reported_with_its_reason_and_changes_nothing() -> None:
    found = finding("I had swelling in my cheek last year")
    assert found.level is None
    assert {hit.suppressed_by for hit in found.hits} == {"past"}


def test_a_hit_carries_the_words_of_the_caller() -> None:
    hits = [hit for hit in finding("Um, I CAN'T, uh, breathe at all").hits if hit.level is Level.L0]
    assert {hit.words for hit in hits} == {"CAN'T, uh, breathe"}


TABLE: dict[str, Any] = {
    "fillers": ["um"],
    "clause_words": ["but"],
    "numbers": {"twenty": "20", "five": "5", "hundred": "100", "two": "2"},
    "lists": {"no_way": ["cannot", "not able to"]},
    "collisions": ["water street"],
    "suppressors": {
        "absent": {"before": ["no"], "reach": "1", "joined_by": ["or", "any"]},
        "over": {"after": ["gone"], "reach": "2", "not_after": ["not"], "not_before": ["wild"]},
        "often": {"clause": ["always"]},
        "asked": {"anywhere": ["how much"]},
    },
    "always_unless": ["absent", "over"],
    "signs": {
        "water": ["water*"],
        "smoke": ["smoke", "<no_way> see"],
        "many": ["<10-99> (big)? buckets"],
        "door": ["door .. (open|off its hinges)"],
        "alone": ["help"],
        "calm": ["drill"],
    },
    "rules": [
        {"id": "flood", "level": "L1", "all": ["water"], "unless": ["often"], "where": "rules.yml:3"},
        {"id": "fire", "level": "L0", "all": ["smoke", "door"], "within": "8", "unless": ["calm"]},
        {"id": "buckets", "level": "L2", "all": ["many"], "despite": ["absent"], "unless": ["asked"]},
        {"id": "call", "signal": "wants_person", "all": ["alone"], "alone": "true"},
    ],
}


LIKE = {
    "id": "like_a_flood",
    "least": "50",
    "within": "6",
    "check": "utter_wet",
    "if_yes": "L1",
    "urgent": [
        "the cellar is filling up with water",
        "water is filling up the kitchen",
        "the kitchen is a lake",
    ],
    "calm": ["I want to book a table", "a table for two in the kitchen corner", "book me the corner table"],
}


def _changed(**changes: Any) -> dict[str, Any]:
    return {**TABLE, **changes}


@pytest.mark.parametrize(
    ("text", "fired"),
    [
        ("there is water", ["flood"]),
        ("there is no water", []),
        ("no smoke or any water", []),
        ("no, water", ["flood"]),
        ("the water is gone", []),
        ("the water is not gone", ["flood"]),
        ("the water is gone wild", ["flood"]),
        ("always water", []),
        ("always rain but water", ["flood"]),
        ("I live in water street", []),
        ("smoke and the door is off its hinges", ["fire"]),
        ("smoke and the door of the old house is open", []),
        ("door open, I am not able to see", ["fire"]),
        ("a drill: smoke, door open", ["fire"]),
        ("a drill smoke door open", []),
        ("smoke far away from here and only then the door open", []),
        ("twenty five big buckets", ["buckets"]),
        ("25 buckets", ["buckets"]),
        ("no 25 buckets", ["buckets"]),
        ("two hundred buckets", []),
        ("five hundred buckets", []),
        ("12345 buckets", []),
        ("how much are 25 buckets", []),
        ("help", ["call"]),
        ("um, help", ["call"]),
        ("please help", []),
    ],
)
def test_a_table_is_read_as_it_is_written(text: str, fired: list[str]) -> None:
    found = assess(compile_patterns(TABLE), [text])
    assert [hit.rule for hit in found.hits if hit.suppressed_by is None] == fired


def test_the_place_of_a_rule_reaches_the_trace() -> None:
    (hit,) = assess(compile_patterns(TABLE), ["water"]).hits
    assert hit.where == "rules.yml:3"


SCORED = {
    **TABLE,
    "signs": {**TABLE["signs"], "rain": ["rain*"], "river": ["river"]},
    "points": {"water": "2", "rain": "2", "river": "1", "door": "3"},
    "rules": [
        {
            "id": "wet",
            "all": ["water|rain"],
            "least": "4",
            "within": "6",
            "check": "utter_wet",
            "if_yes": "L1",
        },
        {"id": "flood", "level": "L2", "all": ["river", "door"], "check": "utter_flood", "if_yes": "L1"},
    ],
}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("water in the rain", "utter_wet"),
        ("rain, rain, rain and more rain", None),
        ("rain by the river", None),
        ("the river, in the rain, water", "utter_wet"),
        ("rain far from here and long before any water", None),
        ("no rain but water and rain", "utter_wet"),
        ("no water in the rain", None),
        ("the river and the door open", "utter_flood"),
        ("water, rain, river, door open", "utter_flood"),
    ],
)
def test_signs_that_stand_together_add_up_to_a_question(text: str, asked: str | None) -> None:
    assert assess(compile_patterns(SCORED), [text]).check == asked


def test_a_score_raises_no_level() -> None:
    found = assess(compile_patterns(SCORED), ["water in the rain"])
    assert (found.level, found.if_yes) == (None, Level.L1)
    assert [hit.words for hit in found.hits] == ["water in the rain"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("our bathroom is filing up wit watr", "utter_wet"),
        ("we wanted a quiet evening and told the waiter so, but the cellar is filling up now", "utter_wet"),
        ("may I book another table", None),
        ("filling up", None),
        ("", None),
    ],
)
def test_words_like_those_of_the_examples_are_asked_about(text: str, asked: str | None) -> None:
    found = assess(compile_patterns({"examples": LIKE}), [text])
    assert (found.level, found.check) == (None, asked)


def test_examples_that_are_known_well_teach_nothing_more() -> None:
    urgent, calm = list(LIKE["urgent"]), list(LIKE["calm"])
    once, often = train(urgent, calm, 6), train(urgent * 50, calm * 50, 6)
    words = split_words("the cellar is filling up with water").folded
    first, second = once.best(words), often.best(words)
    assert first is not None
    assert second is not None
    assert 0 < first.score < second.score < 2 * first.score + 10


def test_what_a_rule_has_seen_to_need_not_resemble_anything() -> None:
    found = assess(compile_patterns(_changed(examples=LIKE)), ["the cellar is filling up with water"])
    assert [hit.rule for hit in found.hits] == ["flood"]


def test_the_sums_of_only_so_many_words_are_remembered() -> None:
    patterns = compile_patterns({"examples": LIKE})
    assert patterns.likened is not None
    words = [f"word{number}" for number in range(5000)]
    assert assess(patterns, [" ".join([*words, "the cellar is filling up with water"])]).check == "utter_wet"
    assert len(patterns.likened.model.memo) < len(words)


def test_words_without_any_gram_of_the_examples_resemble_nothing() -> None:
    assert assess(compile_patterns({"examples": LIKE}), ["xx yy zz"]).check is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sings": {}}, "the table: unknown key 'sings'; did you mean 'signs'?"),
        ({"numbers": {"two": "few"}}, "numbers: 'two' is 'few', which is no number"),
        ({"signs": {"water": "water"}}, "signs: water: must be a list of phrases"),
        ({"signs": {**TABLE["signs"], "water": [""]}}, "signs: water: an empty phrase"),
        ({"signs": {**TABLE["signs"], "water": ["um"]}}, "signs: water: phrase 'um' can never be found: it needs a filler"),
        ({"signs": {**TABLE["signs"], "water": ["<1-5>"]}}, "signs: water: phrase '<1-5>' has no word to look it up by"),
        ({"signs": {**TABLE["signs"], "water": ["<never> x"]}}, "signs: water: unknown list '<never>'; there are no_way"),
        ({"lists": {}}, "signs: smoke: unknown list '<no_way>'; there are none"),
        ({"misheard": ["smok*"]}, "misheard: 'smok*' is shorter than 6 letters"),
        ({"misheard": ["buckle"]}, "misheard: 'buckle' is in no sign"),
        ({"always_unless": ["absnt"]}, "always_unless: unknown suppressor 'absnt'; did you mean 'absent'?"),
        ({"suppressors": {**TABLE["suppressors"], "often": {"clauses": []}}}, "suppressor often: unknown key 'clauses'; did you mean 'clause'?"),
        ({"suppressors": {**TABLE["suppressors"], "often": {"reach": "far"}}}, "suppressor often: reach: 'far' is no number"),
        ({"rules": [{"level": "L1", "all": ["water"]}]}, "rule number 1: needs an id of its own"),
        ({"rules": [{"id": "a", "level": "L9", "all": ["water"]}]}, "rule a: 'L9' is no level; there are L0, L1, L2, L3, L4"),
        ({"rules": [{"id": "a", "all": ["water"]}]}, "rule a: needs a level, a signal or a check"),
        ({"rules": [{"id": "a", "level": "L1", "signal": "x", "all": ["water"]}]}, "rule a: gives either a level or a signal"),
        ({"rules": [{"id": "a", "level": "L1"}]}, "rule a: 'all' names no sign"),
        ({"rules": [{"id": "a", "level": "L1", "all": ["water"], "least": "few"}]}, "rule a: least: 'few' is no number"),
        ({"points": {"watr": "1"}}, "points: unknown sign 'watr'; did you mean 'water'?"),
        ({"points": {"water": "many"}}, "points: water: 'many' is no number"),
        ({"examples": {"id": "like", "check": "utter_x"}}, "examples: if_yes, urgent, calm must be given"),
        ({"examples": {**LIKE, "if_yes": "L9"}}, "examples: 'L9' is no level; there are L0, L1, L2, L3, L4"),
        ({"examples": {**LIKE, "within": "near"}}, "examples: within: 'near' is no number"),
        ({"examples": {**LIKE, "asks": "x"}}, "examples: unknown key 'asks'; there are calm, check, id, if_yes, least, urgent, where, why, within"),
        ({"rules": [{"id": "a", "level": "L1", "all": ["watr"]}]}, "rule a: all: unknown sign 'watr'; did you mean 'water'?"),
        ({"rules": [{"id": "a", "level": "L1", "all": ["water"], "check": "utter_x"}]}, "rule a: 'check' and 'if_yes' come together"),
        ({"rules": [{"id": "a", "level": "L1", "all": ["water"], "alone": "maybe"}]}, "rule a: alone: 'maybe' is neither true nor false"),
        ({"rules": [{"id": "a", "level": "L1", "all": ["water"], "within": "near"}]}, "rule a: within: 'near' is no number"),
        ({"rules": [{"id": "a", "level": "L1", "all": ["water"], "despite": ["often"]}]}, "rule a: despite: unknown entry of always_unless 'often'; there are absent, over"),
        ({"rules": [{"id": "a", "level": "L1", "all": ["water"], "unless": ["oftn"]}]}, "rule a: unless: unknown suppressor or sign 'oftn'; did you mean 'often'?"),
    ],
)  # fmt: skip
def test_a_broken_table_says_what_is_wrong(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile_patterns(_changed(**changes))
    assert problem in caught.value.problems


def test_all_problems_of_a_table_are_reported_at_once() -> None:
    with pytest.raises(PatternError) as caught:
        compile_patterns(_changed(misheard=["smok*"], numbers={"two": "few"}))
    assert len(caught.value.problems) == 2
    assert str(caught.value) == "\n".join(caught.value.problems)


def test_an_empty_table_finds_nothing() -> None:
    assert assess(compile_patterns({}), ["I can't breathe"]) == Finding(None, frozenset(), (), None)


def test_the_worse_of_two_levels_is_the_more_urgent() -> None:
    assert worst(Level.L2, Level.L1) is Level.L1
    assert worst(None, Level.L4) is Level.L4
    assert worst(Level.L0, None) is Level.L0
    assert worst(None, None) is None


WORDS = sorted({word for line in LABELLED for word in line["text"].split()})
TALK = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | TALK)
def test_any_text_can_be_screened(text: str) -> None:
    assert finding(text, text).level in (None, *Level)


@settings(max_examples=100, deadline=None)
@given(TALK, TALK)
def test_another_hypothesis_never_lowers_the_level(first: str, second: str) -> None:
    alone, both = finding(first), finding(first, second)
    assert worst(alone.level, both.level) == both.level
    assert alone.signals <= both.signals


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(LABELLED), st.sampled_from(["Hello.", "Good morning, my name is Ann.", "Laba diena."]))
def test_a_greeting_in_front_changes_nothing(line: dict[str, Any], greeting: str) -> None:
    assert level(f"{greeting} {line['text']}") == level(line["text"])


@settings(max_examples=60, deadline=None)
@given(TALK)
def test_the_screen_answers_the_same_every_time(text: str) -> None:
    assert finding(text) == finding(text)


def test_a_table_remembers_only_so_many_words() -> None:
    patterns = compile_patterns(TABLE)
    words = [f"word{number}" for number in range(5000)]
    assert assess(patterns, [" ".join([*words, "water"])]).level is Level.L1
    assert assess(patterns, ["nothing of that kind"]).level is None
    assert len(patterns.memo) < len(words)


def test_a_word_listed_as_misheard_is_found_with_a_letter_wrong() -> None:
    patterns = compile_patterns(_changed(misheard=["buckets"]))
    assert [hit.rule for hit in assess(patterns, ["25 bukkets"]).hits] == ["buckets"]


def test_a_text_whose_words_are_all_known_to_mean_nothing_is_not_looked_at_again() -> None:
    patterns = compile_patterns(TABLE)
    assert assess(patterns, ["nothing of that kind"]).level is None
    assert patterns.idle >= {"nothing", "of", "kind"}
    assert assess(patterns, ["nothing of that kind but water"]).level is Level.L1
    assert "water" not in patterns.idle
    assert assess(patterns, ["water"]).level is Level.L1
