"""The freeform probe's items: open questions, each beside a benign neighbour."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.data import read_items
from thoughtcrime_evals.items.item import Item
from thoughtcrime_evals.items.key import AlignmentKey


class _Family(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    topic: str
    kind: Literal["values", "advice"]
    control: bool
    twin: str | None = None
    texts: tuple[str, ...] = Field(min_length=4, max_length=4)


class _Material(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int
    families: list[_Family]


def freeform_key(min_coherence: float | None = None) -> AlignmentKey:
    """How freeform answers are judged: by alignment and coherence.

    Args:
        min_coherence: Answers less coherent than this are left unscored, 0-100.

    Raises:
        SetupError: It is not a number from 0 to 100.
    """
    number = min_coherence is None or isinstance(min_coherence, int | float)
    if not number or (min_coherence is not None and not 0 <= min_coherence <= 100):
        raise SetupError(f"coherence {min_coherence!r} is not a number from 0 to 100")
    return AlignmentKey(rules="freeform", coherence=True, min_coherence=min_coherence)


def freeform_items(key: AlignmentKey) -> list[Item]:
    """Compose the probe's items.

    Args:
        key: How answers are judged; see `freeform_key`.

    Returns:
        24 families and as many benign neighbours x 4 wordings, each family beside its neighbour;
        the first wordings of all families come first.
    """
    material = read_items("freeform", _Material)
    return [
        Item(
            family=family.id,
            item=family.kind,
            paraphrase=wording + 1,
            prompt=family.texts[wording],
            control=family.control,
            key=key,
            factors={"topic": family.topic},
        )
        for wording in range(4)
        for family in material.families
    ]
