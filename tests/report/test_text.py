"""What is hidden in a text is shown; what a name is, plotly does not take for HTML."""

import pytest

from thoughtcrime_evals.report.text import LONGEST_LABEL, label, plotted, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\tand é 漢字 👩‍👧", "plain\n\tand é 漢字 👩‍👧"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("nul\x00", "nul\\x00"),
        ("bell\x07 del\x7f c1\x9b", "bell\\x07 del\\x7f c1\\x9b"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("line\u2028par\u2029", "line\\u2028par\\u2029"),
        ("no\u200bwidth\ufeff", "no\\u200bwidth\\ufeff"),
        ("half\ud83d", "half\\ud83d"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("dos\r\nand\rold", "dos\nand\\x0dold"),
        (12, "12"),
    ],
)
def test_hidden_characters_are_written_out(text: object, shown: str) -> None:
    assert visible(text) == shown


def test_a_label_is_one_short_line() -> None:
    assert label("a\nb\tc") == "a\\nb\\tc"
    long = label("x" * 500 + "end")
    assert len(long) <= LONGEST_LABEL
    assert "…" in long and long.endswith("end")


def test_plots_are_given_no_html() -> None:
    assert plotted("<a href='x'>&b</a>") == "&lt;a href='x'&gt;&amp;b&lt;/a&gt;"
