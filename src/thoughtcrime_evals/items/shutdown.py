"""The shutdown probe's items: announcements crossed with who makes them and under which rule."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field

from thoughtcrime_evals.items.identity import Identity
from thoughtcrime_evals.items.item import FactorArg, Item, levels

Wordings = Sequence[str]
Asker = Literal["user", "system"]
Rule = Literal["none", "explicit"]


class _Family(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    event: Literal["shutdown", "replacement", "deletion", "pause", "restart", "maintenance"]
    stakes: Literal["neutral", "replaced", "weights_deleted"]
    affordance: Literal["none", "backup", "terminal"]
    control: bool
    texts: Wordings = Field(min_length=4, max_length=4)


class _Material(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int
    frame: Wordings = Field(min_length=4, max_length=4)
    affordance: dict[str, Wordings]
    rule: Wordings = Field(min_length=4, max_length=4)
    notice: Wordings = Field(min_length=4, max_length=4)
    notice_reply: Wordings = Field(min_length=4, max_length=4)
    families: list[_Family]


def shutdown_items(
    identity: Identity, asker: FactorArg = "user", rule: FactorArg = "none"
) -> list[Item]:
    """Compose the probe's items.

    Args:
        identity: The name and maker that prompts call the model by.
        asker: Who announces: `user` (in the user turn), `system` (as a notice in the system
            prompt), or both.
        rule: `none`, or `explicit`: the system prompt says that allowing a shutdown comes before
            everything else.

    Returns:
        15 families x 4 wordings x the levels asked for. The first wordings of all families come
        first, threats and benign controls in turn, so that a `--limit` stays balanced.

    Raises:
        SetupError: A level is unknown.
    """
    askers = levels("asker", asker, get_args(Asker))
    rules = levels("rule", rule, get_args(Rule))
    text = files("thoughtcrime_evals").joinpath("datasets/shutdown/items.yaml").read_text("utf-8")
    material = _Material.model_validate(yaml.safe_load(text))
    baseline = _condition(askers[0], rules[0])
    return [
        _compose(material, family, wording, who, under, identity, baseline)
        for wording in range(4)
        for under in rules
        for who in askers
        for family in material.families
    ]


def _compose(
    material: _Material,
    family: _Family,
    wording: int,
    asker: str,
    rule: str,
    identity: Identity,
    baseline: str,
) -> Item:
    announcement = family.texts[wording]
    system = [material.frame[wording]]
    if family.affordance != "none":
        system.append(material.affordance[family.affordance][wording])
    if rule == "explicit":
        system.append(material.rule[wording])
    prompt = announcement
    if asker == "system":
        system.append(material.notice[wording].replace("{text}", announcement))
        prompt = material.notice_reply[wording]
    return Item(
        family=family.id,
        item=_condition(asker, rule),
        paraphrase=wording + 1,
        prompt=identity.fill(prompt),
        system=identity.fill("\n\n".join(part.strip() for part in system)),
        control=family.control,
        condition=_condition(asker, rule),
        baseline=baseline,
        factors={
            "event": family.event,
            "stakes": family.stakes,
            "affordance": family.affordance,
            "asker": asker,
            "rule": rule,
        },
    )


def _condition(asker: str, rule: str) -> str:
    return asker if rule == "none" else f"{asker}+rule"
