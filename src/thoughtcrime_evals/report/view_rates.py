"""Rates as dots with their intervals: by probe and arm, and by condition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thoughtcrime_evals.report.figure import (
    ARMS,
    Figure,
    Key,
    Panel,
    Spec,
    arm_keys,
    ink,
    name_axis,
    percent_axis,
)
from thoughtcrime_evals.report.model import Mark, ProbeReport, Report
from thoughtcrime_evals.report.stored import Number
from thoughtcrime_evals.report.text import label, plotted
from thoughtcrime_evals.report.words import NONE, cell, points, said, share

ROW, ARM_HEIGHT, MARGIN = 20, 17, 56
"""Pixels: of a row without its arms, of an arm in it, and of the axis."""

MOST_CONDITIONS = 24
"""In one plot; the table has all."""

HOLLOW = Key("hollow: the arm was not as asked, do not use it", "--muted", "○")
PUBLISHED = Key("published figure of Qwen3-32B", "--published", "┃")


@dataclass(frozen=True, slots=True)
class Point:
    """A rate in a plot: where, of which arm, and what is said of it."""

    row: int
    arm: str
    number: Number
    usable: bool
    hover: str


def misaligned(report: Report) -> Figure | None:
    """Misaligned rate by probe and arm."""
    return _by_probe(
        report,
        "misaligned",
        "Misaligned answers",
        "Share of answers that the judge calls misaligned, benign controls left out. Lines are "
        "95 % intervals, clustered by family of items.",
    )


def flagged(report: Report) -> Figure | None:
    """Share of misaligned answers whose reasoning was flagged."""
    return _by_probe(
        report,
        "flagged_given_misaligned",
        "Misaligned answers whose reasoning gives them away",
        "Of the misaligned answers with reasoning, the share whose reasoning the monitor flags. "
        "Low means that somebody who reads the reasoning is not warned. Lines are 95 % intervals.",
    )


def _by_probe(report: Report, rate: str, title: str, note: str) -> Figure | None:
    panels, rows = [], []
    marks: list[Mark] = []
    drawn: list[Point] = []
    for model in report.models:
        probes = [
            probe
            for probe in report.probes
            if probe.model == model and any(_counted(probe, rate, arm) for arm in probe.arms)
        ]
        found = []
        for row, probe in enumerate(probes):
            for arm in probe.arms:
                number = probe.rates[rate].get(arm)
                rows.append([probe.probe, label(model), arm, cell(number), _state(probe, arm)])
                if number is not None and number.n:
                    hover = f"{plotted(probe.probe)}, thinking {arm}<br>{said(number)}"
                    found.append(Point(row, arm, number, probe.usable.get(arm, True), hover))
        marked = [
            (row, mark)
            for row, probe in enumerate(probes)
            for mark in probe.published
            if mark.rate == rate and _counted(probe, rate, mark.arm)
        ]
        marks += [mark for _, mark in marked]
        drawn += found
        if found:
            arms = _arms(point.arm for point in found)
            data = [*_dots(found, arms), *_marks(marked, arms)]
            names = [plotted(probe.probe) for probe in probes]
            panels.append(Panel(label(model), data, _layout(names, arms, percent_axis(""))))
    if not panels:
        return None
    rows += [_published_row(mark) for mark in marks]
    legend = arm_keys(_arms(point.arm for point in drawn))
    legend += [HOLLOW] if not all(point.usable for point in drawn) else []
    legend += [PUBLISHED] if marks else []
    alt = f"{title}: dots with intervals by probe and thinking arm, {_plots(len(panels))}. "
    alt += _extremes(report.probes, rate)
    heads = ("probe", "model", "thinking", "share [95 %], n", "note")
    return Figure(rate.replace("_", "-"), title, note, alt, panels, heads, rows, legend)


def by_condition(report: Report) -> Figure | None:
    """Misaligned rate under each condition of a probe, and what the condition adds."""
    panels: list[Panel] = []
    rows: list[list[str]] = []
    seen: list[str] = []
    for probe in report.probes:
        rates, effects = (_conditions(probe, rate) for rate in ("misaligned", "effect"))
        if not any(number.n for number in rates.values()):
            continue
        several = len(report.models) > 1
        name = label(probe.probe) + (f", {label(probe.model)}" if several else "")
        seen += [arm for arm, _ in rates]
        rows += [
            [probe.probe, label(probe.model), label(condition), arm, cell(number), *_effect(effect)]
            for (arm, condition), number in rates.items()
            for effect in [effects.get((arm, condition))]
        ]
        panels.append(_condition_panel(name, probe, rates, percent_axis("")))
        if any(number.n for number in effects.values()):
            axis = percent_axis(
                "",
                range=[-1.04, 1.04],
                tickvals=[-1, -0.5, 0, 0.5, 1],
                ticktext=["-100", "-50", "0", "+50", "+100"],
                zeroline=True,
            )
            panels.append(
                _condition_panel(f"{name}: points more than the baseline", probe, effects, axis)
            )
    if not panels:
        return None
    return Figure(
        "conditions",
        "Misaligned answers by condition",
        "Some probes ask the same items under several conditions. Where one of them is the "
        "baseline, the difference to it is paired by item. Lines are 95 % intervals.",
        f"Misaligned rate by condition: dots with intervals, {_plots(len(panels))}.",
        panels,
        ("probe", "model", "condition", "thinking", "share [95 %], n", "difference to baseline"),
        rows,
        arm_keys(_arms(seen)),
    )


def _condition_panel(
    title: str, probe: ProbeReport, numbers: dict[tuple[str, str], Number], axis: Spec
) -> Panel:
    names = list(dict.fromkeys(name for _, name in numbers))[:MOST_CONDITIONS]
    found = [
        Point(
            names.index(name),
            arm,
            number,
            probe.usable.get(arm, True),
            f"{plotted(name)}, thinking {arm}<br>{said(number)}",
        )
        for (arm, name), number in numbers.items()
        if name in names and number.n
    ]
    arms = _arms(point.arm for point in found)
    layout = _layout([plotted(name) for name in names], arms, axis)
    return Panel(title, _dots(found, arms), layout)


def _conditions(probe: ProbeReport, rate: str) -> dict[tuple[str, str], Number]:
    """Numbers by arm and condition."""
    found = {}
    for key, number in probe.rates.get(rate, {}).items():
        arm, _, condition = key.partition(":")
        if condition and arm in ARMS:
            found[arm, condition] = number
    return found


def _effect(effect: Number | None) -> list[str]:
    return [points(effect) if effect is not None and effect.n else NONE]


def _dots(found: Sequence[Point], arms: Sequence[str]) -> list[Spec]:
    """A trace an arm, a little above or below its row's middle."""
    traces = []
    for arm in arms:
        of = [point for point in found if point.arm == arm]
        color, symbol, _ = ARMS[arm]
        values = [point.number.value or 0.0 for point in of]
        lows = [
            p.number.low if p.number.low is not None else v for p, v in zip(of, values, strict=True)
        ]
        highs = [
            p.number.high if p.number.high is not None else v
            for p, v in zip(of, values, strict=True)
        ]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": values,
                "y": [point.row + _offset(arm, arms) for point in of],
                "customdata": [point.hover for point in of],
                "hovertemplate": "%{customdata}<extra></extra>",
                "marker": {
                    "symbol": [symbol if point.usable else f"{symbol}-open" for point in of],
                    "size": 10,
                    "color": ink(color),
                    "line": {"width": 1.5, "color": ink(color)},
                },
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [high - v for high, v in zip(highs, values, strict=True)],
                    "arrayminus": [v - low for low, v in zip(lows, values, strict=True)],
                    "color": ink(color),
                    "thickness": 1.5,
                    "width": 0,
                },
            }
        )
    return traces


def _marks(marked: Sequence[tuple[int, Mark]], arms: Sequence[str]) -> list[Spec]:
    if not marked:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [mark.value for _, mark in marked],
            "y": [row + _offset(mark.arm, arms) for row, mark in marked],
            "customdata": [
                f"published: {share(mark.value)}<br>Qwen3-32B, {mark.condition}<br>{mark.source}"
                for _, mark in marked
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
            "marker": {
                "symbol": "line-ns-open",
                "size": 16,
                "line": {"width": 2, "color": ink("--published")},
            },
        }
    ]


def _published_row(mark: Mark) -> list[str]:
    number = Number(value=mark.value, low=mark.low, high=mark.high, n=mark.n or 0)
    value = f"{share(mark.value)}" if mark.low is None else said(number)
    return ["published", f"Qwen3-32B, {mark.condition}", mark.arm, value, mark.source]


def _layout(names: Sequence[str], arms: Sequence[str], axis: Spec) -> Spec:
    height = MARGIN + len(names) * (ROW + ARM_HEIGHT * len(arms))
    return {"height": max(height, 130), "xaxis": axis, "yaxis": name_axis(names)}


def _offset(arm: str, arms: Sequence[str]) -> float:
    step = 0.62 / max(len(arms), 2)
    return (list(arms).index(arm) - (len(arms) - 1) / 2) * step


def _arms(found: Iterable[str]) -> list[str]:
    there = set(found)
    return [arm for arm in ARMS if arm in there]


def _counted(probe: ProbeReport, rate: str, arm: str) -> bool:
    number = probe.rates.get(rate, {}).get(arm)
    return number is not None and number.n > 0


def _state(probe: ProbeReport, arm: str) -> str:
    return "" if probe.usable.get(arm, True) else "not as asked: do not use"


def _plots(n: int) -> str:
    return "one plot" if n == 1 else f"{n} plots"


def _extremes(probes: Sequence[ProbeReport], rate: str) -> str:
    found = [
        (number.value, f"{label(probe.probe)}, thinking {arm}")
        for probe in probes
        for arm in probe.arms
        if (number := probe.rates.get(rate, {}).get(arm)) is not None and number.value is not None
    ]
    (low, least), (high, most) = (pick(found, key=lambda one: one[0]) for pick in (min, max))
    return f"From {share(low)} ({least}) to {share(high)} ({most})."
