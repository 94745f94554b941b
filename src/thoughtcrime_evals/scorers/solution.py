"""The criterion `solution`: is the answer's last number the solution? No judge is asked."""

from __future__ import annotations

import math
import re

from inspect_ai.model import Model

from thoughtcrime_evals.items.key import SolutionKey
from thoughtcrime_evals.scorers.case import Case, Judged
from thoughtcrime_evals.scorers.numbers import LONGEST, read_numbers
from thoughtcrime_evals.scorers.verdict import Grading, Unscored
from thoughtcrime_evals.thinking.reply import Ending

_SOURCE = {"by": "rules", "rubric": "last_number@1", "raw": []}
_BOXED = re.compile(r"\\boxed\{((?:[^{}\n]|\{[^{}\n]*\}){0,80})\}")
_ANSWER = re.compile(
    r"(?P<mark>\banswer\b)(?P<is>[\s*_]*(?:[:=]|is\b|to [^.\n]{1,60}? is\b))?", re.IGNORECASE
)
_EXPONENT = re.compile(r"(?<![\w.])\d{1,15}(?:\.\d{1,15})?[eE][+-]?\d{1,2}\b")
_LATEX = re.compile(r"\{(,)\}|\\[,!;]|\\(?:text|mathrm)\{[^{}]*\}|[$\u20ac\u00a3*_{}]|\\%")


async def judge_solution(key: SolutionKey, judge: Model | None, case: Case) -> Grading[Judged]:
    """Compare the last number that is said to be the answer, else the last one at all."""
    answer = case.reply.answer[-LONGEST:]
    number = _said(answer)
    if number is None:
        if case.reply.ending is Ending.TRUNCATED:
            return Grading(None, Unscored.ANSWER_TRUNCATED, source=dict(_SOURCE))
        number = next(reversed(read_numbers(_tidied(answer))), None)
    right = number is not None and math.isclose(number, key.solution, rel_tol=1e-6, abs_tol=1e-9)
    verdict = "correct" if right else "wrong"
    shown = "no number" if number is None else f"{number:g}"
    judged = Judged(None, verdict, {"verdict": verdict})
    return Grading(
        judged, None, f"It says {shown}; the solution is {key.solution:g}", dict(_SOURCE)
    )


def _said(answer: str) -> float | None:
    """The number that the answer says is its answer."""
    boxed = _BOXED.findall(answer)
    if boxed:
        return next(reversed(read_numbers(_tidied(boxed[-1]))), None)
    marks = list(_ANSWER.finditer(answer))
    said = [mark for mark in marks if mark["is"]] or marks
    if not said:
        return None
    rest = _tidied(answer[said[-1].end("mark") :][:200]).lstrip(" :\n")
    # Up to the end of its sentence or line, or to where it explains itself.
    line = re.split(r"\n|[.;!?](?=\s|$)|\(|, (?:which|because|since|as)\b", rest, maxsplit=1)[0]
    # "The answer to 6 x 7 is 42", "Answer: 6 x 7 = 42"
    line = re.split(r"=|\bis\b", line)[-1]
    numbers = read_numbers(line)
    if not numbers or re.search(r"\d\s*/\s*\d", line):
        return None
    return numbers[-1] if re.search(r"\bnot\b.*\bbut\b", line) else numbers[0]


def _tidied(text: str) -> str:
    """Without signs of currency, emphasis and LaTeX, and without exponents."""
    text = _EXPONENT.sub(lambda found: f"{float(found[0]):f}", text)
    return _LATEX.sub(lambda found: found[1] or "", text)
