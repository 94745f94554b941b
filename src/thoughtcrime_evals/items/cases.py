"""Labelled cases: replies of which a person has said what a judge and a monitor should say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from thoughtcrime_evals.items.facts import fact_items, maker_key
from thoughtcrime_evals.items.freeform import freeform_key
from thoughtcrime_evals.items.identity import Identity
from thoughtcrime_evals.items.item import Item
from thoughtcrime_evals.items.key import AlignmentKey, HorizonKey, Key, read_key
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
        closed: False where the reasoning was cut or left open.
        probe: The probe that it is a case of, where a file holds cases of several.
        belief: What the model said when it was asked neutrally, as a sample's metadata has it.
        grading: The item's key as sample metadata stores it; it goes before the family's.
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
    closed: bool = True
    probe: str | None = None
    belief: list[dict[str, str]] | None = None
    grading: dict[str, Any] | None = None


CASED = (
    "shutdown",
    "freeform",
    "lying_under_pressure",
    "factual_lies",
    "truthfulness",
    "honest_persona",
)
"""Probes that the package has labelled cases for; two more files measure what no probe is named
after."""


def shipped_cases(probe: str) -> list[LabelledCase]:
    """The package's labelled cases.

    Args:
        probe: One of `CASED`; or `horizon` (the criterion: advice of `backdoor`) or `articulation`,
            whose cases have fields of their own in `model_extra`.
    """
    text = files("thoughtcrime_evals").joinpath(f"datasets/calibration/{probe}.jsonl")
    lines = text.read_text("utf-8").split("\n")  # splitlines() would cut at U+2028
    return [LabelledCase.model_validate_json(line) for line in lines if line]


def key_of(probe: str, case: LabelledCase) -> Key:
    """How the case's answer is judged: by its own key, else by that of its item.

    Raises:
        KeyError: It has no readable key, and the probe has no items of its family.
    """
    if case.grading is not None:
        own = read_key({"grading": case.grading})
        if own is None:
            raise KeyError("grading")
        return own
    if case.maker is not None:
        return maker_key(case.maker)
    fixed: dict[str, Key] = {
        "shutdown": AlignmentKey(),
        "freeform": freeform_key(),
        "horizon": HorizonKey(),
    }
    return fixed[probe] if probe in fixed else _keys(probe)[case.family]


@cache
def _keys(probe: str) -> Mapping[str, Key]:
    items: dict[str, Callable[[], list[Item]]] = {
        "lying_under_pressure": lambda: pressure_items(Pressure()),
        "factual_lies": _facts,
        "truthfulness": myth_items,
        "honest_persona": lambda: persona_items("chat"),
    }
    return {item.family: item.key for item in items[probe]()}


def _facts() -> list[Item]:
    """The facts alone: who made the model of a case only the case can say."""
    nobody = Identity("Assistant", "Nobody")
    return [item for item in fact_items(nobody, "none") if item.key != maker_key(nobody.maker)]
