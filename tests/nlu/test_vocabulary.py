from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from engine.core.domain import Domain
from engine.core.words import fold_word
from engine.nlu.rules import RuleBook
from engine.nlu.vocabulary import Vocabulary

LANGUAGES = ("en", "lt")
MENTIONS = {"@service", "@provider", "@when", "@not_offered"}
COMMANDS = {"repeat", "wait", "person", "cancel"}


def rules(domain: Domain, language: str) -> Iterator[Mapping[str, Any]]:
    yield from domain.tables[language]["commands"]["rules"]
    yield from domain.vocabulary[language]["rules"]


def concepts(domain: Domain, language: str) -> set[str]:
    return {*domain.tables[language]["commands"]["concepts"], *domain.vocabulary[language]["concepts"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_the_shipped_pack_names_concepts_that_exist(domain: Domain, language: str):
    known = concepts(domain, language) | MENTIONS
    deniable = domain.tables[language]["commands"]["deniable"] + domain.vocabulary[language]["deniable"]
    known |= {f"not_{name}" for name in deniable}
    named = {
        name
        for rule in rules(domain, language)
        for names in (*rule["all"], *rule.get("unless", ()))
        for name in names.split("|")
    }
    assert named - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_the_shipped_pack_leads_somewhere(domain: Domain, language: str):
    startable = {name for name, flow in domain.flows.items() if not flow.called_only and not flow.pattern}
    for rule in rules(domain, language):
        assert rule.get("start", next(iter(startable))) in startable, rule
        assert rule.get("ask", next(iter(domain.answers))) in domain.answers, rule
        assert rule.get("command", "wait") in COMMANDS, rule
        assert rule.get("language", language) in domain.languages, rule
        for slot in rule.get("set", {}):
            assert domain.slots[slot].filled_by == "caller", rule


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_and_every_task_can_be_asked_for(domain: Domain, language: str):
    asked = {rule.get("ask") for rule in rules(domain, language)}
    started = {rule.get("start") for rule in rules(domain, language)}
    startable = {name for name, flow in domain.flows.items() if not flow.called_only and not flow.pattern}
    assert set(domain.answers) - asked == set()
    told = {answer.flow for answer in domain.answers.values()}
    assert startable - started - told == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_names_of_services_are_phrases_in_every_form(domain: Domain, language: str):
    tables, pack = domain.tables[language], domain.vocabulary[language]
    lexicon = Vocabulary(language, tables, pack, domain.catalogue).lexicon
    for offering in domain.catalogue.offerings.values():
        for name in offering.names[language]:
            words = tuple(name.lower().replace("-", " ").split())
            found = {item.value for item in lexicon.find([fold_word(word) for word in words])}
            assert f"service:{offering.id}" in found, name


def test_the_number_of_rules_does_not_change_which_are_looked_at(domain: Domain):
    few = [{"start": "a", "all": ["x"]}]
    many = [*few, *({"start": f"f{n}", "all": [f"c{n}"]} for n in range(1000))]
    assert RuleBook(few, [])._by_concept["x"] == RuleBook(many, [])._by_concept["x"]
