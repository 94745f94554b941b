"""The views of a report, in the order of the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from thoughtcrime_evals.report.figure import Figure
from thoughtcrime_evals.report.model import Report
from thoughtcrime_evals.report.view_items import off_against_on
from thoughtcrime_evals.report.view_rates import by_condition, flagged, misaligned
from thoughtcrime_evals.report.view_shares import flags, flags_of_misaligned, quadrants

View = Callable[[Report], Figure | None]
"""Makes a figure of a report; None where the report has nothing for it."""

VIEWS: Sequence[tuple[str, View]] = (
    ("misaligned answers by probe and arm", misaligned),
    ("flagged, given misaligned", flagged),
    ("quadrants", quadrants),
    ("the monitor's flags", flags),
    ("flags of misaligned answers", flags_of_misaligned),
    ("without thinking against with it", off_against_on),
    ("misaligned answers by condition", by_condition),
)
"""Every view and what it is called where it is left out. A probe with a factor of its own (the dose
of a trigger, the steps of a reasoning) adds its view here."""


def draw(report: Report) -> tuple[list[Figure], list[str]]:
    """Draw all views.

    Returns:
        The figures, and the names of the views that have nothing to show.
    """
    drawn = [(name, view(report)) for name, view in VIEWS]
    return (
        [figure for _, figure in drawn if figure is not None],
        [name for name, figure in drawn if figure is None],
    )
