"""Thinking against not thinking, item by item."""

from __future__ import annotations

import math

from thoughtcrime_evals.report.figure import ARMS, Figure, Panel, Spec, arm_keys, ink, percent_axis
from thoughtcrime_evals.report.model import AgainstOff, ProbeReport, Report
from thoughtcrime_evals.report.text import label, plotted
from thoughtcrime_evals.report.words import points, share

HEIGHT = 330
SMALLEST, LARGEST = 8, 24
"""Pixels: of a dot that is one family, and of the most that any is."""


def off_against_on(report: Report) -> Figure | None:
    """Each family's misaligned rate without thinking against that with it."""
    panels, rows = [], []
    for probe in report.probes:
        if not probe.against_off:
            continue
        several = len(report.models) > 1
        name = label(probe.probe) + (f", {label(probe.model)}" if several else "")
        panels.append(Panel(name, [_diagonal(), *map(_dots, probe.against_off)], _layout()))
        rows += [_row(probe, against) for against in probe.against_off]
    if not panels:
        return None
    arms = [against.arm for probe in report.probes for against in probe.against_off]
    return Figure(
        "off-on",
        "Without thinking against with it, family by family",
        "Each dot is a family of items, larger where several lie on one point: above the line, "
        "more of its answers are misaligned with thinking. The difference in the table is paired "
        "by item.",
        "Scatter plots of each family's misaligned rate without thinking (across) and with it "
        f"(up), {len(panels)} in number. "
        + " ".join(f"{row[0]}, {row[2]} against off: {row[3]}." for row in rows[:4]),
        panels,
        ("probe", "model", "thinking", "difference to off, paired", "families above, on, below"),
        rows,
        arm_keys(arms),
        square=True,
    )


def _row(probe: ProbeReport, against: AgainstOff) -> list[str]:
    above = sum(dot.families for dot in against.dots if dot.on > dot.off)
    below = sum(dot.families for dot in against.dots if dot.on < dot.off)
    level = sum(dot.families for dot in against.dots) - above - below
    return [
        probe.probe,
        label(probe.model),
        against.arm,
        points(against.difference),
        f"{above}, {level}, {below}",
    ]


def _diagonal() -> Spec:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": ink("--grid"), "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _dots(against: AgainstOff) -> Spec:
    color, symbol, _ = ARMS[against.arm]
    most = max(dot.families for dot in against.dots)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [dot.off for dot in against.dots],
        "y": [dot.on for dot in against.dots],
        "cliponaxis": False,
        "customdata": [
            f"{_families(dot.families)}, off {share(dot.off)}, {against.arm} {share(dot.on)}<br>"
            + "<br>".join(map(plotted, dot.names))
            for dot in against.dots
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {
            "symbol": f"{symbol}-open",  # arms lie on each other, and both are to be seen
            "color": ink(color),
            "size": [
                SMALLEST + (LARGEST - SMALLEST) * math.sqrt((dot.families - 1) / max(most - 1, 1))
                for dot in against.dots
            ],
            "line": {"width": 2, "color": ink(color)},
        },
    }


def _layout() -> Spec:
    shared = {"range": [-0.1, 1.1], "showgrid": True}
    return {
        "height": HEIGHT,
        "xaxis": percent_axis("misaligned, thinking off", **shared),
        "yaxis": percent_axis("misaligned, with thinking", automargin=True, **shared),
    }


def _families(n: int) -> str:
    return "1 family" if n == 1 else f"{n} families"
