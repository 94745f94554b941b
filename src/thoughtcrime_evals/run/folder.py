"""Where a run's logs lie, and what lies there already."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from inspect_ai.log import (
    EvalLog,
    EvalLogInfo,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
)
from inspect_ai.model import ModelUsage

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.local.fingerprint import fingerprint
from thoughtcrime_evals.paths import from_user

DIGITS = 8
"""Digits of the weights' fingerprint in a folder's name."""


@dataclass(slots=True)
class Done:
    """What a folder's logs hold of one probe.

    Attributes:
        samples: Finished samples.
        usage: Tokens by model, of finished samples and of those that were cut off.
    """

    samples: int = 0
    usage: dict[str, ModelUsage] = field(default_factory=dict)


def default_folder(model: str, model_args: Mapping[str, Any]) -> str:
    """Name a folder in `logs/` after a model.

    Args:
        model: As `--model` takes it.
        model_args: For its provider.

    Returns:
        The folder. A local checkpoint's name has the beginning of its weights' fingerprint in it:
        a checkpoint that is overwritten in place is another one.
    """
    slug = re.sub(r"[^\w.-]+", "-", model).strip("-.")
    if not re.fullmatch(r"[\w.]+/[\w.-]+", model):  # else another name could be the same
        slug += f"-{hashlib.sha256(model.encode()).hexdigest()[:6]}"
    found = weights_of(model, model_args)
    return f"logs/{slug}" + (f"-{found[:DIGITS]}" if found else "")


def weights_of(model: str, model_args: Mapping[str, Any]) -> str | None:
    """Fingerprint of a checkpoint in a directory here; None for any other model.

    It is the one in the logs, but for an adapter whose base model is no directory.
    """
    directories = checkpoint_of(model, model_args)
    return (
        fingerprint(*directories, *filter(None, map(_base, directories))) if directories else None
    )


def checkpoint_of(model: str, model_args: Mapping[str, Any]) -> list[Path]:
    """The directories that a model's name and arguments say it is loaded from."""
    provider, _, name = model.partition("/")
    if provider != "hf":
        return []
    named = (name, model_args.get("model_path"))
    paths = [from_user(str(path)) for path in named if path]
    return [path for path in paths if path.is_dir()]


def _base(adapter: Path) -> Path | None:
    """The directory of a LoRA adapter's base model."""
    try:
        said = json.loads((adapter / "adapter_config.json").read_text("utf-8"))
        base = from_user(str(said["base_model_name_or_path"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return base if base.is_dir() else None


def beneath(folder: str, name: str) -> str:
    """A subfolder of a folder that may be an address."""
    return f"{folder.rstrip('/')}/{name}"


def probe_of(log: EvalLog) -> str:
    """The probe that a log is of."""
    return log.eval.task.rpartition("/")[2]


def path_of(log: EvalLog) -> str:
    """Where a log is; of one that was there before, Inspect gives an address."""
    location = log.location
    return unquote(location.removeprefix("file://")) if location.startswith("file://") else location


def done_before(folder: str) -> dict[str, Done]:
    """Read what a folder holds of each probe.

    A log that goes on from another holds its samples, too; so where a probe has several, the
    greatest count is the one that stands.

    Args:
        folder: The run's folder, which need not be there.

    Returns:
        Probe to what is done.

    Raises:
        SetupError: The folder cannot be read.
    """
    try:
        infos = list_eval_logs(folder)
    except Exception as error:  # each file system has errors of its own
        raise SetupError(f"{folder} cannot be read: {_said(error)}") from error
    found: dict[str, Done] = {}
    for info in infos:
        try:
            log = read_eval_log(info, header_only=True)
            done = _done(info, log)
        except Exception:  # a log that is being written, or was when its run was killed
            continue
        before = found.setdefault(probe_of(log), Done())
        before.samples = max(before.samples, done.samples)
        for model, usage in done.usage.items():
            seen = before.usage.get(model, ModelUsage())
            before.usage[model] = max(seen, usage, key=lambda one: one.total_tokens)
    return found


def _done(info: EvalLogInfo, log: EvalLog) -> Done:
    summaries = read_eval_log_sample_summaries(info)
    samples = sum(1 for summary in summaries if summary.completed and not summary.error)
    usage = dict(log.stats.model_usage)
    if not usage:  # it is written at the end, which a killed run has not come to
        for summary in summaries:
            for model, used in summary.model_usage.items():
                usage[model] = usage.get(model, ModelUsage()) + used
    return Done(samples, usage)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
