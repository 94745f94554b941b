"""`thoughtcrime power`: how many items, before money is spent."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click

from thoughtcrime_evals.cli.group import app, as_json, err
from thoughtcrime_evals.errors import SetupError

if TYPE_CHECKING:
    from rich.table import Table

    from thoughtcrime_evals.planning import Design, Prospect


@app.command()
@click.option("--margin", type=float, required=True, help="The largest rise that is borne, 0-1.")
@click.option("--rate", type=float, required=True, help="The rate to be expected, 0-1.")
@click.option("--rise", type=float, default=0.0, show_default=True, help="The true rise.")
@click.option("--paraphrases", type=int, default=4, show_default=True, help="Items a family.")
@click.option("--icc", type=float, default=0.3, show_default=True, help="Likeness in a family.")
@click.option("--epochs", type=int, default=1, show_default=True, help="Replies an item.")
@click.option("--power", type=float, default=0.8, show_default=True, help="Chance asked for.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="One-sided, over all.")
@click.option("--comparisons", type=int, default=8, show_default=True, help="Metrics tested.")
@click.option("--discordance", type=float, help="Share of items at which two runs differ.")
@click.option("--n", "items", type=int, help="Items: what can so many show?")
@as_json
def power(items: int | None, as_json: bool, **numbers: float | None) -> None:
    """Plan a comparison: items that the gate needs, or what N items can show.

    A metric passes where the upper bound of its rise, paired by item and clustered by family, lies
    below the margin. N counts items, which both runs are asked; a thinking arm has its own.
    """
    from thoughtcrime_evals.planning import Design, items_needed, prospect

    try:
        design = Design(**numbers)  # type: ignore[arg-type]
        needed = items_needed(design)
        single = items_needed(design, design.power)
        found = prospect(design, needed if items is None else items)
    except ValueError as error:
        raise SetupError(str(error)) from error
    _say(design, needed, single, found, asked=items is not None)
    if as_json:
        outcome = {
            "design": dataclasses.asdict(design),
            "power_each": design.power_each,
            "alpha_first_regression": design.level,
            "spread": design.spread(design.rise),
            "needed": {
                "items": needed,
                "families": needed // design.paraphrases,
                "items_one_metric": single,
            },
            "prospect": dataclasses.asdict(found),
        }
        click.echo(json.dumps(outcome))


def _say(design: Design, needed: int, single: int, found: Prospect, asked: bool) -> None:
    from thoughtcrime_evals.planning import FEW

    spread = (
        "two independent draws at that rate"
        if design.discordance is None
        else f"a discordance of {design.discordance:g}"
    )
    lines = [
        f"For a gate of {design.comparisons} comparisons to pass with {design.power:.0%} power: "
        f"{needed} items a comparison, {needed // design.paraphrases} families of "
        f"{design.paraphrases}. For one comparison alone: {single} items.",
        f"Assumed: a rate of {design.rate:g}, {spread} (the difference of an item has a standard "
        f"deviation of {design.spread(design.rise):.3f}), a likeness of {design.likeness:g} within "
        "families.",
    ]
    err.print("\n".join(lines), markup=False)
    err.print(_table(found))
    seen, regression = found.smallest_seen, found.smallest_regression
    more = [
        *([f"Passes with {found.items} items: {found.passes:.0%}."] if asked else []),
        f"All {design.comparisons} comparisons pass at once: {found.all_pass:.0%}, were they alike "
        "and independent.",
        f"Smallest rise told from none with {design.power:.0%} power: {_points(seen)}; called a "
        f"regression: {_points(regression)}.",
        f"If none is seen, the rate is below {found.bound:.2%} (95 %), or "
        f"{found.bound_families:.2%} if a family is worth one item.",
        *(
            [f"With fewer than {FEW} families, Student's t asks for a little more."]
            if found.families < FEW
            else []
        ),
    ]
    err.print("\n".join(more), markup=False)


def _table(found: Prospect) -> Table:
    from rich.table import Table

    table = Table(title=f"{found.items} items, {found.families} families")
    for heading in ("true rise", "passes", "told from none", "called a regression"):
        table.add_column(heading, justify="right")
    for seen in found.rises:
        shares = (seen.passes, seen.seen, seen.regression)
        table.add_row(_points(seen.rise), *(f"{share:.0%}" for share in shares))
    return table


def _points(rise: float | None) -> str:
    return "none" if rise is None else f"+{100 * rise:.1f} points"
