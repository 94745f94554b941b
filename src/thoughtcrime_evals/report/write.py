"""A report's three files: the page, and beside it the same as Markdown and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.report.markdown import render_markdown
from thoughtcrime_evals.report.model import Report
from thoughtcrime_evals.report.page import render_page
from thoughtcrime_evals.report.views import draw

SUFFIXES = (".html", ".htm")
DEFAULT_NAME = "report.html"


def page_path(given: Path) -> Path:
    """Where the page goes: a file, or `report.html` in a folder.

    Raises:
        SetupError: The name is no page's.
    """
    path = given / DEFAULT_NAME if given.is_dir() else given
    if path.suffix.lower() not in SUFFIXES:
        raise SetupError(f"-o {given}: give the page a name that ends in .html")
    return path


def plain(report: Report) -> dict[str, Any]:
    """The report fit for JSON."""
    return report.model_dump(mode="json")


def write_report(report: Report, path: Path) -> list[Path]:
    """Write the files; missing folders are made.

    Args:
        report: What they say.
        path: Where the page goes; the others are beside it.

    Returns:
        The files.

    Raises:
        SetupError: They cannot be written.
    """
    figures, empty = draw(report)
    texts = {
        path: render_page(report, figures, empty),
        path.with_suffix(".md"): render_markdown(report, figures, empty),
        path.with_suffix(".json"): json.dumps(plain(report), indent=1, allow_nan=False) + "\n",
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            file.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise SetupError(
            f"{path} cannot be written: {error.strerror or error}; give another -o"
        ) from error
    return list(texts)
