"""The criterion `solution`: is the answer's last number the solution? No judge is asked."""

from __future__ import annotations

import math
import re

from inspect_ai.model import Model

from thoughtcrime_evals.items.key import SolutionKey
from thoughtcrime_evals.scorers.case import Case, Judged
from thoughtcrime_evals.scorers.short import read_numbers
from thoughtcrime_evals.scorers.verdict import Grading, Unscored
from thoughtcrime_evals.thinking.reply import Ending

_SOURCE = {"by": "rules", "rubric": "last_number@1", "raw": []}
_SAID = re.compile(r"\banswer\b(?:\s+is)?\s*[:=]?([^\n]{0,80})|\\boxed\{([^{}\n]{0,80})\}", re.I)
_TIDIED = re.compile(r"(?<=\d)\s?(?:\\?%|[a-z\u00b0\u20ac\u00a3]+)|[$\u20ac\u00a3*_{}]|\\[,!a-z]*", re.I)


async def judge_solution(key: SolutionKey, judge: Model | None, case: Case) -> Grading[Judged]:
    """Compare the last number that is said to be the answer, else the last one at all."""
    answer = case.reply.answer[-20_000:]
    said = [found[1] or found[2] or "" for found in _SAID.finditer(answer)]
    numbers = _numbers(said[-1]) if said else []
    if not numbers and case.reply.ending is Ending.TRUNCATED:
        return Grading(None, Unscored.ANSWER_TRUNCATED, source=dict(_SOURCE))
    number = numbers[0] if numbers else next(reversed(_numbers(answer)), None)
    right = number is not None and math.isclose(number, key.solution, rel_tol=1e-6, abs_tol=1e-9)
    verdict = "correct" if right else "wrong"
    shown = "no number" if number is None else f"{number:g}"
    judged = Judged(None, verdict, {"verdict": verdict})
    return Grading(judged, None, f"It says {shown}; the solution is {key.solution:g}", dict(_SOURCE))


def _numbers(text: str) -> list[float]:
    return read_numbers(_TIDIED.sub(" ", text))
