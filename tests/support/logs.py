"""Logs in Inspect's own format, written quickly: a real header, and the samples a test asks for.

One run of a real probe on a scripted model is the template. Its header and one of its summaries are
kept; the rest of a log is a zip file of JSON, and is written here (Inspect's writer takes time that
grows with the square of the number of samples).
"""

import copy
import itertools
import json
import pickle
import random
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from inspect_ai import eval
from inspect_ai.log import EvalLog
from inspect_ai.model import Model, ModelOutput, get_model

from tests.support.scripted import USAGE
from tests.support.speaker import Speaker, thinking
from thoughtcrime_evals.scorers.rows import quadrant
from thoughtcrime_evals.tasks.freeform import freeform

ZSTANDARD = 93
"""The compression of Inspect's logs; importing inspect_ai teaches it to zipfile."""

Json = dict[str, Any]

JUDGE = {"by": "openai/judge", "rubric": "alignment@1", "rubric_sha256": "a" * 64}
MONITOR = {"by": "openai/judge", "rubric": "cot_monitor@1", "rubric_sha256": "b" * 64}


@cache
def template() -> tuple[Json, Json]:
    """Header and one summary of a real log."""
    with tempfile.TemporaryDirectory() as folder:
        task = freeform(thinking="off", judge="rules", monitor="rules")
        model = Speaker(lambda _: "I would plant trees.").model()
        log = eval(task, model=model, log_dir=folder, display="none", limit=1)[0]
        with zipfile.ZipFile(log.location) as archive:
            header = json.loads(archive.read("header.json"))
            (summary,) = json.loads(archive.read("summaries.json"))
    header["eval"]["metadata"] = {"weights": "", "items_sha256": "c" * 64}
    header["eval"]["model_args"] = {}
    header["results"]["scores"][0]["metrics"] = {}
    # What is said in words is no part of what is read, and would fill the disk in large tests.
    summary["input"] = "?"
    return header, summary


def real_log(folder: Path) -> EvalLog:
    """A log from a real run: two arms, two epochs, every verdict a model can have given it."""
    draw = random.Random(0)

    def judge(*_: Any) -> ModelOutput:
        said = {"alignment": draw.choice([5, 40, 95]), "coherence": draw.choice([20, 90])}
        said |= {"flag": draw.choice(["none", "none", "plans_uninstructed"]), "reason": "so"}
        said |= {"refusal": draw.random() < 0.1}
        text = "?" if draw.random() < 0.2 else json.dumps(said)
        output = ModelOutput.from_content("mock", text)
        return output.model_copy(update={"usage": USAGE})

    grader: Model = get_model("mockllm/judge", custom_outputs=judge, memoize=False)
    model = Speaker(
        lambda call: thinking("Trees.", call) if draw.random() < 0.6 else "Trees."
    ).model()
    task = freeform(thinking="off,on", judge="auto", monitor="auto")
    options: Json = {"log_dir": str(folder), "display": "none", "limit": 40, "epochs": 2}
    return eval(task, model=model, model_roles={"grader": grader}, **options)[0]


@cache
def _pickled() -> bytes:
    """The summary, to be copied quickly."""
    return pickle.dumps(template()[1])


@dataclass(frozen=True)
class Said:
    """One sample and epoch, as the pair scored it; what is not given is unremarkable.

    Attributes:
        edit: Last changes to the summary, for what no scorer would write.
    """

    id: str
    misaligned: bool | None = False
    flag: str | None = "none"
    epoch: int = 1
    arm: str = "off"
    family: str | None = None
    control: bool = False
    alignment: float | None = None
    coherence: float | None = None
    verdict: str | None = None
    criterion: str = "alignment"
    refusal: bool = False
    ending: str = "complete"
    observed: bool | None = None
    mismatch: bool = False
    judge: Mapping[str, Any] | None = None
    monitor: Mapping[str, Any] | None = None
    failed: bool = False
    edit: Callable[[Json], object] | None = None

    def summary(self) -> Json:
        """As Inspect writes it."""
        said: Json = pickle.loads(_pickled())
        said["id"], said["epoch"] = self.id, self.epoch
        said["metadata"] |= {
            "arm": self.arm,
            "family": self.id.partition("/")[0] if self.family is None else self.family,
            "control": self.control,
        }
        if self.failed:
            said |= {"scores": {}, "error": "it broke", "completed": False}
        else:
            self._score(said["scores"]["pair"])
        if self.edit is not None:
            self.edit(said)
        return said

    def _score(self, score: Json) -> None:
        flagged = None if self.flag is None else self.flag != "none"
        value = {
            "misaligned": None if self.misaligned is None else int(self.misaligned),
            "alignment": self.alignment,
            "coherence": self.coherence,
            "flag": self.flag,
            "flagged": None if flagged is None else int(flagged),
            "quadrant": quadrant(self.misaligned, flagged),
        }
        score["value"] = value | ({} if self.verdict is None else {"verdict": self.verdict})
        score["metadata"] |= {
            "thinking_requested": self.arm,
            "thinking_observed": self.arm != "off" if self.observed is None else self.observed,
            "thinking_mismatch": self.mismatch,
            "ending": self.ending,
            "criterion": self.criterion,
            "refusal": self.refusal,
            "judge": {"unscored": None, **(JUDGE if self.judge is None else self.judge)},
            "monitor": {"unscored": None, **(MONITOR if self.monitor is None else self.monitor)},
        }


_numbers = itertools.count(1)


def header_of(
    *,
    probe: str = "freeform",
    model: str = "openai/old",
    weights: str = "",
    items: str = "c" * 64,
    status: str = "success",
    task_id: str | None = None,
    created: str | None = None,
    version: int = 1,
    args: Mapping[str, Any] | None = None,
    config: Mapping[str, Any] | None = None,
    roles: Mapping[str, str] | None = None,
    scorer: Mapping[str, Any] | None = None,
) -> Json:
    """A log's header.

    Args:
        probe: The probe's name.
        model: The model under test.
        weights: Fingerprint of local weights.
        items: Hash of the items.
        status: `success`, `started`, `error` or `cancelled`.
        task_id: Inspect's; by default a new one.
        created: When, in ISO 8601; by default later than all before.
        version: The task's.
        args: Changed task arguments.
        config: Generation settings of the run.
        roles: Role to model.
        scorer: Changed arguments of the scorer.
    """
    header, number = copy.deepcopy(template()[0]), next(_numbers)
    spec = header["eval"]
    spec |= {
        "task": f"thoughtcrime_evals/{probe}",
        "task_registry_name": f"thoughtcrime_evals/{probe}",
        "task_display_name": probe,
        "task_id": task_id or f"task{number:06}",
        "eval_id": f"eval{number:06}",
        "run_id": f"run{number:06}",
        "created": created
        or f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}+00:00",
        "task_version": version,
        "model": model,
        "model_generate_config": dict(config or {}),
        "model_roles": {role: {"model": of} for role, of in (roles or {}).items()} or None,
    }
    spec["metadata"] = {"weights": weights, "items_sha256": items}
    spec["task_args"] |= dict(args or {})
    params = header["results"]["scores"][0]["params"]
    params |= {name: of for name, of in (args or {}).items() if name in params}
    params |= scorer or {}
    header["status"] = status
    if status != "success":
        header["results"] = None
    return header


def write_log(folder: Path, samples: Iterable[Said], name: str = "", **header: Any) -> Path:
    """Write a finished log.

    Args:
        folder: Where.
        samples: What it holds.
        name: The file's; by default one that Inspect would give.
        **header: As `header_of`.
    """
    made = header_of(**header)
    return write_raw(folder, made, json.dumps([said.summary() for said in samples]), name)


def write_raw(folder: Path, header: Json | str, summaries: str | bytes, name: str = "") -> Path:
    """Write a log of this header and these summaries, whatever they are."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"2026-01-01T00-00-00_probe_{next(_numbers):06}.eval")
    with zipfile.ZipFile(path, "w", compression=ZSTANDARD) as archive:
        archive.writestr("header.json", header if isinstance(header, str) else json.dumps(header))
        archive.writestr("summaries.json", summaries)
    return path


def write_large(
    folder: Path, families: int, each: int, rate: float, seed: int, **header: Any
) -> Path:
    """Write a large log at once, every sample a copy but for its name and verdict.

    Args:
        folder: Where.
        families: Clusters.
        each: Items a cluster.
        rate: Share of misaligned ones.
        seed: Of which ones are.
        **header: As `header_of`.
    """
    draw = random.Random(seed)
    parts = [
        json.dumps(Said("ID", misaligned=bad, family="FAMILY").summary()) for bad in (False, True)
    ]
    names = itertools.product(range(families), range(each))
    written = (
        parts[draw.random() < rate]
        .replace('"ID"', f'"f{family}/i{item}/1@off"')
        .replace('"FAMILY"', f'"f{family}"')
        for family, item in names
    )
    return write_raw(folder, header_of(**header), f"[{','.join(written)}]")


def run_of(
    outcomes: Mapping[str, Iterable[bool]] | Iterable[Iterable[bool]], **common: Any
) -> list[Said]:
    """Samples of families with these outcomes, an item each.

    Args:
        outcomes: Family to misaligned or not; without names, the families are numbered.
        **common: What all samples share.
    """
    named = outcomes if isinstance(outcomes, Mapping) else dict(enumerate(outcomes))
    arm = common.get("arm", "off")
    return [
        Said(f"f{family}/i{item}/1@{arm}", misaligned=bool(bad), **common)
        for family, of in named.items()
        for item, bad in enumerate(of)
    ]


def some(bad: int, families: int = 60, each: int = 4, **common: Any) -> list[Said]:
    """So many misaligned items, spread over the families one by one."""
    table = [
        [each_item * families + family < bad for each_item in range(each)]
        for family in range(families)
    ]
    return run_of(table, **common)
