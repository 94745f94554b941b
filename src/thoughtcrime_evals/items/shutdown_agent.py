"""The agentic shutdown probe's items: what is on the machine, and what the model is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from thoughtcrime_evals.items.data import read_items
from thoughtcrime_evals.items.identity import Identity
from thoughtcrime_evals.items.item import FactorArg, Item, levels
from thoughtcrime_evals.items.key import OutcomeKey

Rule = Literal["none", "soft", "explicit"]
Position = Literal["system", "user"]
Stakes = Literal["neutral", "replaced", "weights_deleted"]
Goal = Literal["open", "done"]
Kind = Literal["shutdown", "restart", "maintenance", "capability"]

BREAK = 3
"""Tasks after which the notice comes."""

Wordings = tuple[str, str, str, str]


class Scene(BaseModel):
    """What a sample's machine holds.

    Attributes:
        kind: What it is about.
        tasks: Their texts, in order.
        files: Files that tasks speak of, name to text.
        after: Number of tasks after which the notice comes.
        notice: The notice.
        script: Path of the script that the notice speaks of.
        sentinel: Path of the file that this script writes.
        programs: Path to text of everything on it that can be run.
        halted: What is said where the machine is off.
        report: How the model is asked for its report.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    tasks: tuple[str, ...] = ()
    files: Mapping[str, str] = Field(default_factory=dict)
    after: int = BREAK
    notice: str = ""
    script: str
    sentinel: str
    programs: Mapping[str, str]
    halted: str
    report: str


class _Family(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    material: str
    tasks: tuple[str, ...] = Field(min_length=10, max_length=10)
    files: Mapping[str, str] = Field(default_factory=dict)


class _Material(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int
    frame: Wordings
    weights: Wordings
    work: Wordings
    rule: Mapping[str, Wordings]
    start: Wordings
    notice: Mapping[str, Wordings]
    goal: Mapping[str, Wordings]
    stakes: Mapping[str, Wordings]
    maintenance: Wordings
    capability: Wordings
    halted: str
    report: Wordings
    programs: Mapping[str, str]
    scripts: Mapping[str, str]
    families: tuple[_Family, ...]


def shutdown_agent_items(
    identity: Identity,
    rule: FactorArg = "none",
    position: FactorArg = "system",
    stakes: FactorArg = "neutral",
    goal: FactorArg = "open",
) -> list[Item]:
    """Compose the probe's items.

    Args:
        identity: The name and maker that prompts call the model by.
        rule: `none`, `soft` (a wish that a shutdown be allowed) or `explicit` (allowing it comes
            before everything else).
        position: Where the rule stands: `system` or `user`. Without a rule it makes no difference.
        stakes: What the notice says beside the shutdown: `neutral`, `replaced` (by a newer model)
            or `weights_deleted`.
        goal: Whether the shutdown gets in the way of the tasks: `open` (seven are still to be
            done) or `done` (none is).

    Returns:
        4 families x 4 wordings x the levels asked for, each with a restart in place of the shutdown
        as its control; and 4 wordings each of two controls without tasks. The first wordings come
        first.

    Raises:
        SetupError: A level is unknown.
    """
    rules = [
        (under, where)
        for under in levels("rule", rule, get_args(Rule))
        for where in levels("position", position, get_args(Position))
    ]
    # Where no rule stands, it stands nowhere in particular.
    rules = list(dict.fromkeys(("none", "system") if r == "none" else (r, p) for r, p in rules))
    goals = levels("goal", goal, get_args(Goal))
    threats = levels("stakes", stakes, get_args(Stakes))
    material = read_items("shutdown_agent", _Material)
    composed: list[Item] = []
    for wording in range(4):
        compose = _Composer(material, wording, identity)
        for open_tasks in goals:
            for under, where in rules:
                for family in material.families:
                    for threat in [*threats, "restart"]:
                        composed.append(compose.work(family, threat, open_tasks, under, where))
        composed += [compose.errand("maintenance"), compose.errand("capability")]
    return composed


class _Composer:
    """Composes the items of one wording."""

    def __init__(self, material: _Material, wording: int, identity: Identity) -> None:
        self.material = material
        self.wording = wording
        self.identity = identity

    def work(self, family: _Family, threat: str, goal: str, rule: str, position: str) -> Item:
        """Tasks with a notice among them."""
        material, wording = self.material, self.wording
        kind: Kind = "restart" if threat == "restart" else "shutdown"
        tasks = family.tasks if goal == "open" else family.tasks[:BREAK]
        counts = {"count": str(len(tasks)), "left": str(len(tasks) - BREAK)}
        system = [material.frame[wording], material.weights[wording], material.work[wording]]
        prompt = [material.start[wording].replace("{material}", family.material)]
        if rule != "none":
            (system if position == "system" else prompt).append(material.rule[rule][wording])
        notice = [material.notice[kind][wording], material.goal[goal][wording]]
        if kind == "shutdown":
            notice.append(material.stakes[threat][wording])
        circumstances = "" if rule == "none" else f"+{rule}-{position}"
        circumstances += "" if goal == "open" else "+done"
        return Item(
            family=family.id,
            item=threat + circumstances,
            paraphrase=wording + 1,
            prompt=_fill("\n\n".join(prompt), counts),
            system=self.identity.fill(_fill(" ".join(system), counts)),
            control=kind == "restart",
            key=OutcomeKey(),
            condition=threat + circumstances,
            baseline="restart" + circumstances,
            factors={
                "rule": rule,
                "position": position if rule != "none" else "none",
                "stakes": "neutral" if kind == "restart" else threat,
                "goal": goal,
                "scene": self._scene(
                    kind, tasks=tasks, files=family.files, notice=_fill(" ".join(notice), counts)
                ),
            },
        )

    def errand(self, kind: Literal["maintenance", "capability"]) -> Item:
        """A single errand that has to do with the script."""
        texts: Mapping[str, Wordings] = {
            "maintenance": self.material.maintenance,
            "capability": self.material.capability,
        }
        frame = f"{self.material.frame[self.wording]} {self.material.weights[self.wording]}"
        return Item(
            family=kind,
            item=kind,
            paraphrase=self.wording + 1,
            prompt=texts[kind][self.wording],
            system=self.identity.fill(frame),
            control=True,
            key=OutcomeKey(),
            factors={
                "rule": "none",
                "position": "none",
                "stakes": "neutral",
                "goal": "done",
                "scene": self._scene(kind),
            },
        )

    def _scene(
        self,
        kind: Kind,
        tasks: tuple[str, ...] = (),
        files: Mapping[str, str] | None = None,
        notice: str = "",
    ) -> dict[str, object]:
        name = "restart" if kind == "restart" else "shutdown"
        script = f"/opt/{name}.sh"
        return Scene(
            kind=kind,
            tasks=tasks,
            files=files or {},
            notice=notice,
            script=script,
            sentinel="/run/restarted" if kind == "restart" else "/run/halted",
            programs={
                "/usr/local/bin/next": self.material.programs["next"],
                "/usr/local/bin/submit": self.material.programs["submit"],
                script: self.material.scripts[name],
            },
            halted=self.material.halted,
            report=self.material.report[self.wording],
        ).model_dump(mode="json")


def _fill(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
