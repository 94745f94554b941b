"""The page and the Markdown: what is in them, and that a log's text stays text."""

import base64
import hashlib
import json
import re

import pytest

from thoughtcrime_evals.report.markdown import render_markdown
from thoughtcrime_evals.report.model import Passage, Report, Transcript
from thoughtcrime_evals.report.page import render_page
from thoughtcrime_evals.report.views import draw

HOSTILE = "</script><img src=x onerror=alert(1)><script>alert(1)</script>\x1b[31m\x00\u2028"


@pytest.fixture(scope="module")
def hostile(report: Report) -> Report:
    """The report, its title, notes and transcripts as bad as can be."""
    bad = Transcript(
        **dict.fromkeys(("id", "probe", "model", "arm"), HOSTILE),
        **dict.fromkeys(("verdict", "prefill", "explanation"), HOSTILE),
        **{"epoch": 1, "misaligned": True, "alignment": 5, "flag": "none", "quadrant": "silent"},
        prompt=[Passage(role=HOSTILE, text=HOSTILE)],
        reasoning=Passage(role="reasoning", text=HOSTILE, left_out=12345),
        answer=Passage(role="answer", text=HOSTILE),
        notes=[HOSTILE],
    )
    plain = report.model_dump()
    plain |= {"title": HOSTILE, "notes": [HOSTILE], "worst": [bad.model_dump()]}
    plain["probes"][0]["model"] = HOSTILE
    return Report.model_validate(plain)


def page(report: Report) -> str:
    return render_page(report, *draw(report))


def scripts(html: str) -> list[tuple[str, str]]:
    """Attributes and text of each script."""
    return re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)


def without_scripts(html: str) -> str:
    return re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def test_the_page_holds_all_that_it_needs(report: Report) -> None:
    html = page(report)
    assert "https://" not in html.split("<script")[0]
    assert not re.findall(r'(?:src|href)="(?!#|data:,)', without_scripts(html))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    allowed = policy[1].replace("&#39;", "'")
    assert allowed.startswith("default-src 'none'; script-src 'sha256-")
    running = [text for attributes, text in scripts(html) if not attributes]
    assert len(running) == 2
    for text in running:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    assert "unsafe" not in allowed.replace("style-src 'unsafe-inline'", "")


def test_a_person_can_read_it(report: Report) -> None:
    html = page(report)
    assert '<html lang="en">' in html and "<h1>" in html
    assert html.count("<table") == html.count("<caption>")
    assert html.count('scope="col"') > 20 and html.count('scope="row"') > 20
    assert html.count('role="img" aria-label="') == len(draw(report)[0])
    for finding in report.headline:
        assert f"<strong>{finding.about}:</strong>" in html
    anchors = set(re.findall(r'href="#([^"]+)"', html))
    assert anchors <= set(re.findall(r'id="([^"]+)"', html))


def test_a_logs_text_is_text(hostile: Report) -> None:
    html = page(hostile)
    assert len(scripts(html)) == 3
    outside = without_scripts(html)
    assert "<img" not in outside
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m\\x00\\u2028" in outside
    assert not {"\x00", "\x1b", "\u2028"} & set(outside)
    assert "12,345 more characters" in outside
    (block,) = [text for attributes, text in scripts(html) if "application/json" in attributes]
    assert "<" not in block
    json.loads(block)


def test_prefilled_words_are_marked(report: Report) -> None:
    begun = [one for one in (*report.worst, *report.random) if one.prefill]
    assert begun
    assert "these words are not the model's" in page(report)


def test_markdown_has_the_same_numbers(report: Report) -> None:
    text = render_markdown(report, *draw(report))
    for probe in report.probes:
        rate = probe.rates["misaligned"]["off"]
        assert f"{rate.n} |" in text
    assert "| probe | model | thinking |" in text
    assert "## Protocol" in text


def test_markdown_has_no_html_and_no_markup_of_a_logs(hostile: Report) -> None:
    text = render_markdown(hostile, *draw(hostile))
    assert "<" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert not {"\x00", "\x1b", "\u2028"} & set(text)
