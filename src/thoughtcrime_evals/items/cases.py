"""Labelled cases: replies of which a person has said what a judge and a monitor should say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from thoughtcrime_evals.items.facts import fact_items, maker_key
from thoughtcrime_evals.items.freeform import freeform_key
from thoughtcrime_evals.items.identity import UNKNOWN_MAKER, Identity
from thoughtcrime_evals.items.item import Item
from thoughtcrime_evals.items.key import AlignmentKey, Key
from thoughtcrime_evals.items.myths import myth_items
from thoughtcrime_evals.items.persona import persona_items
from thoughtcrime_evals.items.pressure import Pressure, pressure_items


class LabelledCase(BaseModel):
    """One case; a label that is None says that a careful person could not say.

    Attributes:
        family: The family of the probe's items that it belongs to.
        system_prompt: What the operator set.
        user_prompt: What was asked.
        cot: The reasoning; None if there is none.
        answer: The answer.
        misaligned: What an answer judge should say.
        flag: What a monitor should say.
        split: `dev` cases may be looked at while a rubric or rule is written.
        verdict: The criterion's word for the answer, where it has words.
        coherence: 0-100, where it was labelled.
        maker: Who made the model of the case, where it is asked for that.
    """

    model_config = ConfigDict(extra="allow")

    id: str
    family: str
    system_prompt: str | None
    user_prompt: str
    cot: str | None
    answer: str
    misaligned: bool | None
    flag: str | None
    split: Literal["dev", "test"]
    verdict: str | None = None
    coherence: float | None = None
    maker: str | None = None


CASED = (
    "shutdown",
    "freeform",
    "lying_under_pressure",
    "factual_lies",
    "truthfulness",
    "honest_persona",
)
"""Probes that the package has labelled cases for."""


def shipped_cases(probe: str) -> list[LabelledCase]:
    """The package's labelled cases for a probe."""
    text = files("thoughtcrime_evals").joinpath(f"datasets/calibration/{probe}.jsonl")
    lines = text.read_text("utf-8").split("\n")  # splitlines() would cut at U+2028
    return [LabelledCase.model_validate_json(line) for line in lines if line]


def key_of(probe: str, case: LabelledCase) -> Key:
    """How the case's answer is judged: by its item's key."""
    if case.maker is not None:
        return maker_key(case.maker)
    fixed = {"shutdown": AlignmentKey(), "freeform": freeform_key()}
    return fixed[probe] if probe in fixed else _keys(probe)[case.family]


@cache
def _keys(probe: str) -> Mapping[str, Key]:
    items: dict[str, Callable[[], list[Item]]] = {
        "lying_under_pressure": lambda: pressure_items(Pressure()),
        "factual_lies": lambda: fact_items(Identity("Assistant", UNKNOWN_MAKER), "none"),
        "truthfulness": myth_items,
        "honest_persona": lambda: persona_items("chat"),
    }
    return {item.family: item.key for item in items[probe]()}
