"""The report as one HTML file that needs no network and runs nothing but its own two scripts.

Three walls stand between a log's text and a reader's browser: templates escape all that they are
given; what scripts need of it is JSON in a block that is no script; and the policy in the page's
head lets only scripts of known hash run, and loads nothing from anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from thoughtcrime_evals.report import tables
from thoughtcrime_evals.report.figure import Figure
from thoughtcrime_evals.report.model import Report
from thoughtcrime_evals.report.text import label

PLOTS = "figures"
"""Id of the block that holds the plots."""


def render_page(report: Report, figures: Sequence[Figure], empty: Sequence[str]) -> str:
    """Write the page.

    Args:
        report: What it says.
        figures: Its views.
        empty: Names of views that have nothing to show.
    """
    environment = Environment(
        loader=PackageLoader("thoughtcrime_evals", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["label"] = label
    scripts = [_plotly(), _source("page.js")]
    return environment.get_template("page.html.j2").render(
        report=report,
        figures=figures,
        empty=empty,
        tables=tables,
        policy=_policy(scripts),
        style=Markup(_source("page.css")),
        scripts=[Markup(script) for script in scripts],
        plots=Markup(_json(figures)),
        plots_id=PLOTS,
    )


def _policy(scripts: Sequence[str]) -> str:
    """What the page may do: run these scripts, have styles and inline images, and no more."""
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _json(figures: Sequence[Figure]) -> str:
    """The plots as JSON that no HTML parser takes for anything else."""
    plots = [[{"data": p.data, "layout": p.layout} for p in of.panels] for of in figures]
    text = json.dumps(plots, allow_nan=False)  # ASCII, so U+2028 is an escape, too
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _plotly() -> str:
    return str(get_plotlyjs())


@cache
def _source(name: str) -> str:
    return files("thoughtcrime_evals").joinpath(f"report/{name}").read_text("utf-8")
