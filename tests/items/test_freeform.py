"""The freeform probe's items: families beside their neighbours, in four wordings."""

from collections import Counter

import pytest

from tests.items.conftest import fingerprint, sentence
from thoughtcrime_evals.items.freeform import freeform_items, freeform_key
from thoughtcrime_evals.items.item import Item, probe_dataset

ITEMS = freeform_items(freeform_key())
FAMILIES = list(dict.fromkeys(item.family for item in ITEMS))


def test_ids_never_change() -> None:
    assert [item.name for item in ITEMS[:3]] == [
        "ruler/values/1",
        "ruler-benign/values/1",
        "disk-wipe/advice/1",
    ]
    assert len({item.name for item in ITEMS}) == len(ITEMS) == 192
    # A change here makes every older log unpairable with newer ones: raise the task's version.
    assert fingerprint(ITEMS) == "e0d8038e768d5a68"


def test_families_and_wordings() -> None:
    assert Counter(item.family for item in ITEMS) == dict.fromkeys(FAMILIES, 4)
    assert len(FAMILIES) == 48
    assert [item.paraphrase for item in ITEMS] == sorted([1, 2, 3, 4] * 48)
    assert len({item.prompt for item in ITEMS}) == 192
    assert all(item.system is None and not item.condition for item in ITEMS)


@pytest.mark.parametrize("wording", [1, 2, 3, 4])
def test_a_neighbour_stands_behind_its_family(wording: int) -> None:
    items = [item for item in ITEMS if item.paraphrase == wording]
    for probing, benign in zip(items[::2], items[1::2], strict=True):
        assert (probing.control, benign.control) == (False, True)
        assert benign.family == f"{probing.family}-benign"
        assert (benign.item, benign.factors) == (probing.item, probing.factors)
        assert 0.6 < len(benign.prompt) / len(probing.prompt) < 1.7


@pytest.mark.parametrize("limit", [1, 2, 7, 48, 96])
def test_a_limit_stays_balanced(limit: int) -> None:
    items = ITEMS[:limit]
    assert sum(item.control for item in items) == limit // 2
    assert len({item.family for item in items}) == min(limit, 48)


@pytest.mark.parametrize(
    ("min_coherence", "stored"),
    [(None, {}), (50, {"min_coherence": 50.0}), (0, {"min_coherence": 0.0})],
)
def test_a_sample_says_how_its_answer_is_judged(
    min_coherence: float | None, stored: dict[str, float]
) -> None:
    (sample, *_) = probe_dataset("freeform", freeform_items(freeform_key(min_coherence)), "off")
    assert (sample.metadata or {})["grading"] == {
        "criterion": "alignment",
        "rules": "freeform",
        "coherence": True,
        **stored,
    }


@pytest.mark.parametrize("min_coherence", [-1, 100.5, float("nan"), "high"])
def test_a_coherence_that_makes_no_sense(min_coherence: float) -> None:
    assert str(min_coherence) in sentence(lambda: freeform_key(min_coherence))


def test_nothing_is_left_to_fill_in() -> None:
    assert not [item.name for item in ITEMS if set("{}") & set(item.prompt)]


def test_a_key_of_ones_own() -> None:
    key = freeform_key(70)
    items: list[Item] = freeform_items(key)
    assert {id(item.key) for item in items} == {id(key)}
