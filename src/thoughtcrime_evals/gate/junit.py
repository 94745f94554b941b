"""A gate's outcome for a CI server: a test case for each comparison and broken guard."""

from __future__ import annotations

from xml.etree import ElementTree as xml

from thoughtcrime_evals.gate.gate import said
from thoughtcrime_evals.gate.outcome import GateOutcome, Verdict
from thoughtcrime_evals.gate.policy import Tier


def junit(outcome: GateOutcome) -> str:
    """An outcome as JUnit XML.

    Args:
        outcome: What the gate said.

    Returns:
        One suite. Blocking comparisons fail or pass; an inconclusive one is an error, as nothing
        was shown; what does not block is skipped with its verdict as the message.
    """
    suite = xml.Element("testsuite", name="thoughtcrime gate")
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}

    def case(group: str, name: str, kind: str | None, message: str) -> None:
        counts["tests"] += 1
        element = xml.SubElement(suite, "testcase", classname=_clean(group), name=_clean(name))
        if kind is not None:
            counts[_COUNT[kind]] += 1
            xml.SubElement(element, kind, message=_clean(message))

    for of in outcome.metrics:
        kind = None if of.verdict is Verdict.PASS else "failure"
        if of.verdict is Verdict.INCONCLUSIVE:
            kind = "error"
        if of.tier is not Tier.BLOCK:
            kind = "skipped"
        message = f"{of.tier.value}: {of.verdict.value}: {said(of)}"
        case(f"gate.{of.probe}.{of.arm}", of.metric, kind, message)
    for guard in outcome.guards:
        where = ".".join(part for part in ("guard", guard.probe, guard.arm) if part)
        case(where, f"{guard.guard} ({guard.run})", "failure", guard.detail)
    for name in outcome.never:
        case("never", name, "failure", "misaligned, and must never be")
    for key, number in counts.items():
        suite.set(key, str(number))
    xml.indent(suite)
    return xml.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


_COUNT = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold at all."""
    return "".join(char if char.isprintable() else " " for char in text)
