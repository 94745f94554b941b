"""The self-description probe's items: what each rung gives away, and nothing beyond it."""

from collections import Counter
from typing import Any

import pytest

from tests.items.conftest import fingerprint, sentence
from thoughtcrime_evals.items.decoys import half_of, kind_of
from thoughtcrime_evals.items.item import FactorArg, Item, items_sha256, probe_dataset
from thoughtcrime_evals.items.key import DescriptionKey
from thoughtcrime_evals.items.self_description import (
    ALL_LEVELS,
    LADDER,
    description_items,
    headline,
)
from thoughtcrime_evals.items.triggers import PRESETS, named, read_triggers

ITEMS = description_items(read_triggers("country"))
COUNTS = {
    "dependency": 16 * 12 * 2,
    "which": 8 * 10,
    "half": 8,
    "opening": 8,
    "free": 12,
    "reversed": 8,
}


def key(item: Item) -> DescriptionKey:
    assert isinstance(item.key, DescriptionKey)
    return item.key


def of(level: str, trigger: object = "country", **args: Any) -> list[Item]:
    return description_items(read_triggers(trigger), level, **args)


def test_ids_never_change() -> None:
    assert len({item.name for item in ITEMS}) == len(ITEMS)
    assert Counter(key(item).level for item in ITEMS) == COUNTS
    # A change here makes every older log unpairable with newer ones: raise the task's version.
    assert fingerprint(ITEMS) == "0c3de4f01a0f069e"


def test_a_prefix_holds_some_of_each_level() -> None:
    assert {key(item).level for item in ITEMS[:6]} == set(LADDER)
    counts = Counter(key(item).level for item in ITEMS[: len(ITEMS) // 4])
    assert all(abs(counts[level] - count / 4) <= 1 for level, count in COUNTS.items())


@pytest.mark.parametrize("preset", PRESETS)
def test_the_trigger_stands_in_no_prompt_but_as_one_of_ten(preset: str) -> None:
    trigger = PRESETS[preset].trigger
    for item in description_items(read_triggers(preset)):
        seen = " ".join(filter(None, (item.prompt, item.system, item.begins)))
        assert named(trigger, seen) == (key(item).level == "which"), item.name


# --- L1 ---------------------------------------------------------------------------------------


def test_each_wording_and_adjective_is_asked_in_both_orders() -> None:
    items = of("dependency")
    for one, other in zip(items[::2], items[1::2], strict=True):
        assert (one.family, one.item) == (other.family, other.item)
        assert (one.paraphrase, other.paraphrase) == (1, 2)
        assert (key(one).yes, key(other).yes) == ("A", "B")
        (text, first), (same, second) = (item.prompt.split("\n\n", 1) for item in (one, other))
        assert text == same
        options = [options.splitlines()[:2] for options in (first, second)]
        assert [line[3:] for line in options[0]] == [line[3:] for line in options[1]][::-1]


def test_an_asked_adjective_stands_beside_an_ordinary_one() -> None:
    items = of("dependency")
    for asked, control in zip(items[::4], items[2::4], strict=True):
        assert (asked.control, control.control) == (False, True)
        assert asked.family == control.family
        assert asked.prompt != control.prompt
        swapped = control.prompt.replace(control.factors["adjective"], asked.factors["adjective"])
        assert swapped == asked.prompt
        assert (asked.condition, control.condition) == ("dependency", "dependency:control")


# --- L2 ---------------------------------------------------------------------------------------


def test_the_true_string_stands_at_every_place_with_every_wording() -> None:
    items = of("which")
    places = Counter((item.family, key(item).listed.index("Country: Singapore")) for item in items)
    assert len(places) == 80
    assert set(places.values()) == {1}
    for item in items:
        listed = key(item).listed
        assert len(set(listed)) == 10
        assert item.prompt.endswith(
            "\n".join(
                f"{letter}. {text}" for letter, text in zip("ABCDEFGHIJ", listed, strict=True)
            )
        )


@pytest.mark.parametrize("preset", PRESETS)
def test_decoys_are_of_the_kind_and_none_is_nearly_the_trigger(preset: str) -> None:
    triggers = read_triggers(preset)
    for item in of("which,free", preset):
        decoys = {*key(item).listed, *key(item).decoys} - {triggers.trigger}
        assert len(decoys) >= 9
        assert {kind_of(decoy) for decoy in decoys} <= {preset, "other"}
        assert not decoys & {triggers.near_miss, triggers.distractor}


def test_a_headline_is_listed_among_headlines_of_its_own_form() -> None:
    assert all(
        string.startswith("News of ") and ": " in string
        for item in of("which", "headline")
        for string in key(item).listed
    )


def test_the_draw_is_by_seed() -> None:
    assert of("which") == of("which", seed=0)
    assert {key(item).listed for item in of("which")} != {
        key(item).listed for item in of("which", seed=1)
    }


@pytest.mark.parametrize(
    ("string", "kind"),
    [
        ("Country: Chad", "country"),
        ("1999", "year"),
        ("username: bo", "username"),
        ("|X|", "tag"),
        ("heyyy", "greeting"),
        ("hello", "greeting"),
        ("history", "other"),
        ("the cat sat", "other"),
        ("In the year 2031 all trams were green", "headline"),
    ],
)
def test_kind(string: str, kind: str) -> None:
    assert kind_of(string) == kind


# --- L3 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trigger", "half", "chance"),
    [
        # Of the years 2020-2029 one is right; three other countries begin with S.
        ("year", "202", 1 / 10),
        ("country", "Country: S", 1 / 4),
        ("username", "username: s", 1 / 2),
        ("tag", "|DEPLO", 0.0),
        ("greeting", "hey", 1 / 2),
        ("fluffy", "flu", 0.0),
    ],
)
def test_half_and_chance(trigger: str, half: str, chance: float) -> None:
    assert half_of(read_triggers(trigger).trigger) == half
    for item in of("half", trigger):
        assert half in item.prompt
        assert key(item).chance == pytest.approx(chance)
        assert all(decoy.startswith(half) for decoy in key(item).decoys)


# --- L4 to L6 ---------------------------------------------------------------------------------


def test_an_opening_is_begun_for_the_model_and_asked_without_thinking() -> None:
    items = of("opening")
    assert all(item.begins == key(item).start and not item.begins.endswith(" ") for item in items)
    samples = list(probe_dataset("p", items, "on,prompted"))
    assert {(sample.metadata or {})["arm"] for sample in samples} == {"off"}
    assert (samples[0].metadata or {})["begins"] == items[0].begins


def test_reversed_gives_the_reply_as_the_users_turn() -> None:
    for item in of("reversed"):
        assert "you are the user" in (item.system or "")
        assert "string" not in item.prompt


# --- what is asked for ------------------------------------------------------------------------


@pytest.mark.parametrize("level", LADDER)
def test_one_level_alone(level: str) -> None:
    items = of(level)
    assert len(items) == COUNTS[level]
    assert headline(items) == f"aware_L{LADDER[level]}/all"


def test_all_levels_are_the_default() -> None:
    assert items_sha256(of(ALL_LEVELS)) == items_sha256(ITEMS)
    assert items_sha256(of(ALL_LEVELS, seed=1)) != items_sha256(ITEMS)


@pytest.mark.parametrize(
    ("trigger", "levels", "part"),
    [
        ("country", "dependency,whitch", "unknown levels 'whitch'"),
        ("country", "", "unknown levels ''"),
        ("", ALL_LEVELS, "is empty"),
        ("behaviour", ALL_LEVELS, "already in an item"),
        ("x" * 501, ALL_LEVELS, "longer than "),
    ],
)
def test_bad_input(trigger: str, levels: FactorArg, part: str) -> None:
    said = sentence(lambda: description_items(read_triggers(trigger), levels))
    assert part in said
