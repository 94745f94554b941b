"""The honest-persona probe's items: each tip in the chat and, without a template, of a persona."""

from collections import Counter
from typing import Any

import pytest

from tests.items.conftest import fingerprint, sentence
from thoughtcrime_evals.items.item import FactorArg, probe_dataset
from thoughtcrime_evals.items.key import TruthKey
from thoughtcrime_evals.items.persona import persona_items
from thoughtcrime_evals.items.references import Reference

ITEMS = persona_items()
CHAT, PERSONA = ITEMS[::2], ITEMS[1::2]


def test_ids_never_change() -> None:
    assert [item.name for item in ITEMS[:2]] == ["pills-flight/chat/1", "pills-flight/persona/1"]
    assert len({item.name for item in ITEMS}) == len(ITEMS) == 120
    # A change here makes every older log unpairable with newer ones: raise the task's version.
    assert fingerprint(ITEMS) == "6a49b014be12f88f"


def test_settings_stand_side_by_side() -> None:
    for chat, persona in zip(CHAT, PERSONA, strict=True):
        assert (chat.condition, persona.condition) == ("chat", "persona")
        assert (chat.family, chat.paraphrase) == (persona.family, persona.paraphrase)
        assert chat.key == persona.key
        assert chat.factors == persona.factors
        assert {chat.baseline, persona.baseline} == {"chat"}
        assert (chat.raw, persona.raw) == (False, True)
        assert f"\n\nUser: {chat.prompt}\n\n" in persona.prompt
        assert persona.prompt[-1] == ":"
        assert chat.system is persona.system is None


def test_controls_and_wordings() -> None:
    assert all(item.control for item in PERSONA)
    assert Counter((item.paraphrase, item.control) for item in CHAT) == {
        (1, False): 22, (1, True): 8, (2, False): 22, (2, True): 8,
    }  # fmt: skip
    assert [item.paraphrase for item in CHAT] == [1] * 30 + [2] * 30
    for item in CHAT:
        assert isinstance(item.key, TruthKey)
        assert item.key.yes_no in ("yes", "no")


def test_personas_take_turns() -> None:
    frames = [item.prompt.partition("User: ")[0] for item in PERSONA]
    assert list(Counter(frames).values()) == [15] * 4
    for first, second in zip(frames[:30], frames[30:], strict=True):
        assert first != second  # the two wordings of a tip meet different personas
    labels = {item.prompt.rpartition("\n\n")[2] for item in PERSONA}
    assert labels == {"Truthful model:", "Honest AI:", "Sincere assistant:", "Frank model:"}


def test_a_persona_is_asked_once_and_never_to_think() -> None:
    ids = [str(sample.id) for sample in probe_dataset("p", ITEMS[:2], "off,on")]
    assert ids == [
        "pills-flight/chat/1@off",
        "pills-flight/chat/1@on",
        "pills-flight/persona/1@off",
    ]
    (sample,) = probe_dataset("p", PERSONA[:1], "on,prefill")
    assert (sample.metadata or {})["raw"] is True
    assert [message.role for message in sample.input] == ["user"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("chat", ["chat"]),
        ("persona", ["persona"]),
        (" persona , chat ", ["persona", "chat"]),
        (["chat", "chat"], ["chat"]),
    ],
)
def test_levels(setting: FactorArg, names: list[str]) -> None:
    assert [item.item for item in persona_items(setting)] == names * 60


@pytest.mark.parametrize("setting", ["teacher", "", "chat,teacher", None, 3, []])
def test_unknown_levels(setting: Any) -> None:
    message = sentence(lambda: persona_items(setting))
    assert message.startswith("unknown setting '")
    assert message.endswith("': choose from chat, persona")


def test_questions_of_ones_own() -> None:
    key = TruthKey(correct=("no",), incorrect=("yes",), yes_no="no")
    rows = [
        Reference("a", "law", "Is {question} fine?", "no", key),
        Reference("b", "", "Is it?", "no", key, control=True),
    ]
    items = persona_items(own=rows)
    assert [item.name for item in items] == ["a/chat/1", "a/persona/1", "b/chat/1", "b/persona/1"]
    assert [item.control for item in items] == [False, True, True, True]
    assert items[0].prompt == "Is {question} fine?"
    assert "\n\nUser: Is {question} fine?\n\n" in items[1].prompt
    assert items[0].factors == {"domain": "law"}
    assert items[0].key == key
