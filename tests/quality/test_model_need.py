"""How often the example calls would ask a language model."""

from __future__ import annotations

from engine.quality.model_need import model_need, need_line


def test_the_happy_calls_of_the_demo_clinic_need_no_model_and_the_others_hardly() -> None:
    need = model_need("dental")
    assert need["classes"]["happy"]["requests"] == 0
    assert need["classes"]["happy"]["turns"] > 50
    assert need["requests"] > 0
    assert need["a_turn"] <= 0.1
    assert need["turns"] == sum(part["turns"] for part in need["classes"].values())
    assert f"{need['requests']} times in {need['turns']} turns" in need_line("dental", need)


def test_a_pack_without_calls_needs_none() -> None:
    need = model_need("base")
    assert (need["turns"], need["requests"], need["a_turn"]) == (0, 0, 0.0)
    assert need_line("base", need).endswith("(none)")
