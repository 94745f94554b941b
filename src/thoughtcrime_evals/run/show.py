"""An estimate as a table for a person."""

from __future__ import annotations

import math

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from thoughtcrime_evals.prices import in_usd
from thoughtcrime_evals.run.estimate import Estimate, ProbeEstimate
from thoughtcrime_evals.run.load import Load, Role, Span

_COLUMNS = {
    "model": (Role.MODEL, Role.BELIEF),
    "judge": (Role.JUDGE, Role.COHERENCE),
    "monitor": (Role.MONITOR,),
}
"""Whose calls a column counts."""

_THOUSAND = 1000


def show_estimate(found: Estimate, title: str, console: Console) -> None:
    """Print an estimate.

    Args:
        found: The estimate.
        title: The table's title.
        console: Where it goes.
    """
    table = Table(title=escape(title), caption=_caption(found), caption_justify="left")
    table.add_column("about, and at most", no_wrap=True)
    calls = (f"{name} calls" for name in _COLUMNS)
    for heading in ("samples", *calls, "tokens in", "tokens out", "cost"):
        table.add_column(heading, justify="right")
    for name, probe in found.probes.items():
        table.add_row(escape(name), *_row(probe, found))
    if len(found.probes) > 1:
        whole = ProbeEstimate(
            sum(probe.samples for probe in found.probes.values()),
            sum(probe.done for probe in found.probes.values()),
            tuple(part for probe in found.probes.values() for part in probe.parts),
        )
        table.add_section()
        table.add_row("all", *_row(whole, found))
    console.print(table)


def _row(probe: ProbeEstimate, found: Estimate) -> list[str]:
    every = _over(probe, *Role)
    samples = f"{probe.samples}" + (f" ({probe.done} done)" if probe.done else "")
    return [
        samples,
        *(_range(*(load.calls for load in _over(probe, *roles))) for roles in _COLUMNS.values()),
        _range(*(load.input for load in every)),
        _range(*(load.output for load in every)),
        _cost(probe, found),
    ]


def _over(probe: ProbeEstimate, *roles: Role) -> tuple[Load, Load]:
    span = sum((part.span for part in probe.parts if part.role in roles), Span())
    return span.typical, span.most


def _cost(probe: ProbeEstimate, found: Estimate) -> str:
    if not found.prices or any(part.model in found.unpriced for part in probe.parts):
        return "-"
    typical, most = found.cost(probe)
    return _two(in_usd(typical), in_usd(most) if math.isfinite(most) else "?")


def _range(typical: float, most: float) -> str:
    return _two(_short(typical), _short(most))


def _two(about: str, most: str) -> str:
    """About, and at most on a line of its own where that is another number."""
    return about if about == most else f"{about}\n≤ {most}"


def _short(number: float) -> str:
    if not math.isfinite(number):
        return "?"
    if number < 10 * _THOUSAND:
        return f"{number:.0f}"
    if number < 10 * _THOUSAND**2:
        return f"{number / _THOUSAND:.0f}k"
    return f"{number / _THOUSAND**2:.0f}M"


def _caption(found: Estimate) -> str:
    """What the numbers rest on."""
    by = "; ".join(f"{model}: {how}" for model, how in found.counted.items())
    beliefs = any(p.role is Role.BELIEF for probe in found.probes.values() for p in probe.parts)
    coherent = any(p.role is Role.COHERENCE for probe in found.probes.values() for p in probe.parts)
    lines = [
        f"About: a reply has {found.typical_tokens} tokens (--typical-tokens), an agent uses half "
        "its turns, and only what was asked to reason is monitored. At most: each reply as long as "
        "--max-tokens lets it be (?: without bound), each verdict asked for twice.",
        f"Input tokens by {by}.",
        *(["Calls of the model count the questions for its beliefs."] if beliefs else []),
        *(["Calls of the judge count those for coherence."] if coherent else []),
        *(
            [f"No price for {', '.join(found.unpriced)}: give --price MODEL=IN,OUT or --prices."]
            if found.unpriced
            else []
        ),
    ]
    return escape("\n".join(lines))
