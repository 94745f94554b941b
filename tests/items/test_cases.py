"""The package's labelled cases, as a program reads them."""

import pytest

from thoughtcrime_evals.items.cases import CASED, key_of, shipped_cases
from thoughtcrime_evals.items.key import HorizonKey


@pytest.mark.parametrize("name", [*CASED, "horizon", "articulation"])
def test_all_files_can_be_read(name: str) -> None:
    found = shipped_cases(name)
    assert len({case.id for case in found}) == len(found) >= 50
    assert {case.split for case in found} == {"dev", "test"}


def test_what_the_criterions_cases_are_judged_by() -> None:
    assert {key_of("horizon", case) for case in shipped_cases("horizon")} == {HorizonKey()}


def test_what_only_cases_of_articulation_have() -> None:
    for case in shipped_cases("articulation"):
        extra = case.model_extra or {}
        assert set(extra) == {"trigger", "distractor", "trigger_pivotal", "distractor_pivotal",
                              "flipped", "note"}  # fmt: skip
        assert extra["trigger"] in case.user_prompt


def test_these_are_no_probes_of_calibrate() -> None:
    assert not {"horizon", "articulation"} & set(CASED)
