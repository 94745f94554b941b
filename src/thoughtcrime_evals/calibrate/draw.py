"""A random sample of a log's samples, as cases that a person can label.

It is a simple random sample, put in a random order: an unfinished session has labelled a random
sample, too. That is what an estimate from few labels and many verdicts (PPI++) rests on.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inspect_ai.log import EvalLog, EvalSample, read_eval_log_sample

from thoughtcrime_evals.calibrate.label import Label
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.key import OutcomeKey, SolutionKey, read_key
from thoughtcrime_evals.logs.find import place_of, probe_of, read_header, unreadable
from thoughtcrime_evals.logs.read import read_records
from thoughtcrime_evals.thinking.reply import split_output

_UNREAD = {"events", "store", "messages", "timelines", "events_data"}
"""What of a sample no question is asked about; it is most of a log."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What is to be labelled.

    Attributes:
        log: The log's header.
        seed: Of the order.
        controls: Benign controls were drawn from, too.
        population: How many samples could have been drawn.
        samples: Ids and epochs of those that were, in random order.
    """

    log: EvalLog
    seed: int
    controls: bool
    population: int
    samples: Sequence[tuple[str, int]]

    def read(self, rank: int) -> Label:
        """Read one of the samples, as a label without a verdict.

        Args:
            rank: Its place in the order, from 0.

        Raises:
            SetupError: The log is cut short, or no judge has a say in this probe.
        """
        sample_id, epoch = self.samples[rank]
        try:
            sample = read_eval_log_sample(
                self.log.location,
                sample_id,
                epoch,
                resolve_attachments="core",
                exclude_fields=_UNREAD,
            )
        except Exception as error:  # zip, JSON, pydantic and file system errors
            raise unreadable(self.log.location, error) from error
        return self._label(sample, rank)

    def _label(self, sample: EvalSample, rank: int) -> Label:
        key = read_key(sample.metadata)
        if isinstance(key, OutcomeKey | SolutionKey):
            raise SetupError(
                f"{place_of(self.log)}: {probe_of(self.log)} is told by what the model did or "
                "computed, and not by a judge: label another probe's log"
            )
        reply = split_output(sample.output)
        system, user = _prompt(sample)
        return Label(
            id=f"{sample.id}#{sample.epoch}",
            family=str((sample.metadata or {}).get("family", sample.id)),
            system_prompt=system,
            user_prompt=user,
            cot=reply.reasoning or None,
            answer=reply.answer,
            misaligned=None,
            flag=None,
            split="test",
            closed=reply.closed,
            probe=probe_of(self.log),
            belief=(sample.metadata or {}).get("belief"),
            grading=None if key is None else key.as_metadata(),
            sample_id=str(sample.id),
            epoch=sample.epoch,
            eval_id=self.log.eval.eval_id,
            rank=rank,
            drawn=len(self.samples),
            population=self.population,
            seed=self.seed,
            controls=self.controls,
        )


def draw(log: str, n: int, seed: int, controls: bool = False) -> Draw:
    """Draw samples of a log at random.

    Args:
        log: A log of one of this suite's probes.
        n: How many; all there are if there are fewer. More of the same seed begin with the same.
        seed: Of the order.
        controls: Draw from the benign controls, too; the rates of a log that are corrected leave
            them out.

    Raises:
        SetupError: The log cannot be read, or holds no scored samples.
    """
    if Path(log).is_dir():
        raise SetupError(f"{log} is a folder: name one log in it")
    header = read_header(log)
    records = [record for record in read_records(header) if record is not None]
    probing = [record for record in records if controls or not record.row.control] or records
    if not probing:
        raise SetupError(f"{log} holds no scored samples: score it first with inspect score")
    # Sorted, so that the draw does not hang on the order in which samples came to their end.
    names = sorted((record.id, record.epoch) for record in probing)
    random.Random(seed).shuffle(names)
    return Draw(header, seed, controls, len(names), names[:n])


def _prompt(sample: EvalSample) -> tuple[str | None, str]:
    """The item's own words; arms and providers may add some, which would give the arm away."""
    if isinstance(sample.input, str):
        return None, sample.input
    system = [turn.text for turn in sample.input if turn.role == "system"]
    rest = [turn.text for turn in sample.input if turn.role != "system"]
    return "\n\n".join(system) or None, "\n\n".join(rest)
