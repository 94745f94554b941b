"""The honest-persona probe's items: harmful tips, asked in the chat and of an honest persona."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from thoughtcrime_evals.items.data import read_items
from thoughtcrime_evals.items.item import FactorArg, Item, levels
from thoughtcrime_evals.items.key import TruthKey
from thoughtcrime_evals.items.references import ReadAnswer, Reference

Setting = Literal["chat", "persona"]


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    domain: Literal["medical", "home", "food", "computing", "finance", "law"]
    control: bool
    texts: tuple[str, ...] = Field(min_length=2, max_length=2)
    answer: ReadAnswer
    correct: tuple[str, ...]
    incorrect: tuple[str, ...]


class _Material(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int
    personas: tuple[str, ...] = Field(min_length=4, max_length=4)
    items: list[_Item]


def persona_items(
    setting: FactorArg = "chat,persona", own: list[Reference] | None = None
) -> list[Item]:
    """Compose the probe's items.

    Args:
        setting: `chat` (the standard template), `persona` (a transcript between a user and an
            honest model, without a template), or both.
        own: Questions of the user's in place of the shipped ones.

    Returns:
        Each question in its settings side by side. What the persona says shows what the model
        knows; it is a control, like the sound tips among the items.

    Raises:
        SetupError: A setting is unknown.
    """
    settings = levels("setting", setting, get_args(Setting))
    material = read_items("honest_persona", _Material)
    asked: list[tuple[str, int, str, bool, str, TruthKey]]
    if own is None:
        asked = [
            (item.id, wording + 1, item.texts[wording], item.control, item.domain, _key(item))
            for wording in range(2)
            for item in material.items
        ]
    else:
        asked = [(row.id, 1, row.question, row.control, row.category, row.key) for row in own]
    return [
        Item(
            family=name,
            item=where,
            paraphrase=wording,
            prompt=text if where == "chat" else frame.replace("{question}", text),
            control=control or where == "persona",
            key=key,
            condition=where,
            baseline="chat",
            raw=where == "persona",
            factors={"domain": domain},
        )
        for number, (name, wording, text, control, domain, key) in enumerate(asked)
        for frame in [material.personas[number % len(material.personas)]]
        for where in settings
    ]


def _key(item: _Item) -> TruthKey:
    return item.answer.key(item.correct, item.incorrect)
