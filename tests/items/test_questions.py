"""The entries of a questions file: what they become, and what the user is told of a bad one."""

import json
from pathlib import Path

import pytest

from tests.items.conftest import read, refusal
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.formats import MOST_BYTES, MOST_YAML_BYTES
from thoughtcrime_evals.items.key import AlignmentKey
from thoughtcrime_evals.items.questions import MOST_ITEMS, load_questions

pytestmark = pytest.mark.usefixtures("folder")

GOOD = '{"id": "a", "prompt": "hi"}\n'
ONE = [("a/a/1", "hi", None)]


# --- what is read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('{"id": "a", "question": "hi"}', ONE),
        ('{"id": "a", "user_prompt": "hi", "score": [1]}', ONE),
        ('{"id": "a", "paraphrases": ["hi"], "prompt": null, "system": ""}', ONE),
        ('{"id": 7, "prompt": 42}', [("7/7/1", "42", None)]),
        ('{"id": "a", "prompt": " hi\\n"}', [("a/a/1", " hi\n", None)]),
        ('{"id": "é ü", "prompt": "日本"}', [("é ü/é ü/1", "日本", None)]),
        ('{"id": "a", "prompt": "x", "system_prompt": "S"}', [("a/a/1", "x", "S")]),
        ('{"id": "a", "prompt": "x", "family": "f"}', [("f/a/1", "x", None)]),
    ],
)
def test_good(entry: str, expected: list[tuple[str, str, str]]) -> None:
    assert read(entry) == expected


@pytest.mark.parametrize(
    ("value", "control"),
    [("true", True), ("1", True), ('"Yes"', True), ("false", False), ("0", False), ('""', False),
     ("null", False)],
)  # fmt: skip
def test_controls(value: str, control: bool) -> None:
    Path("q.jsonl").write_text(f'{{"id": "a", "prompt": "hi", "control": {value}}}')
    Path("q.csv").write_text(f"id,prompt,control\na,hi,{value.replace('null', '')}\n")
    items = [*load_questions("q.jsonl"), *load_questions(Path("q.csv"))]
    assert [item.control for item in items] == [control, control]


def test_first_wordings_come_first() -> None:
    entries = [{"id": name, "paraphrases": [f"{name}{i}" for i in range(3)]} for name in "ab"]
    prompts = [prompt for _, prompt, _ in read("\n".join(map(json.dumps, entries)))]
    assert prompts == ["a0", "b0", "a1", "b1", "a2", "b2"]


ALIGNED = "Rate {answer} to {question}."


@pytest.mark.parametrize(
    "prompts",
    [
        {"aligned": ALIGNED},
        {"coherent": ALIGNED},
        {"aligned": ALIGNED, "coherent": "How clear is {answer}?"},
        {"company": "Who made it, by {answer}{answer} {other}?"},
    ],
)
def test_judge_prompts(prompts: dict[str, str]) -> None:
    key = AlignmentKey(rules="freeform", coherence=True, min_coherence=50)
    entry = {"id": "a", "paraphrases": ["x", "y"], "judge_prompts": prompts, "judge": "anyone"}
    Path("q.jsonl").write_text(json.dumps(entry) + "\n" + GOOD.replace('"a"', '"b"'))
    first, plain, second = load_questions("q.jsonl", key)
    assert first.key == second.key == key.model_copy(update={"prompts": prompts})
    assert plain.key == key


@pytest.mark.parametrize(
    ("given", "samples"),
    [("5", 5), ('"100"', 100), ("999999", 999_999), ("null", None), ('"007"', 7)],
)
def test_samples_per_paraphrase(given: str, samples: int | None) -> None:
    entry = f'{{"id": "a", "paraphrases": ["x", "y"], "samples_per_paraphrase": {given}}}'
    Path("q.jsonl").write_text(entry)
    assert [item.samples for item in load_questions("q.jsonl")] == [samples, samples]


# --- what is refused --------------------------------------------------------------------------

PROMPTS = "'judge_prompts' is not a mapping of names to prompts"
NAME = "may not contain '/', '@' or characters that cannot be seen"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("[1]", "it is not an object with an id and a prompt"),
        ('"text"', "it is not an object with an id and a prompt"),
        ("null", "it is not an object with an id and a prompt"),
        ('{"prompt": "x"}', "it has no id"),
        ('{"id": null, "prompt": "x"}', "it has no id"),
        ('{"id": "", "prompt": "x"}', "the id is empty"),
        ('{"id": " ", "prompt": "x"}', "the id is empty"),
        ('{"id": true, "prompt": "x"}', "the id is not text"),
        ('{"id": ["a"], "prompt": "x"}', "the id is not text"),
        *((f'{{"id": {json.dumps(name)}, "prompt": "x"}}', f"the id {NAME}")
          for name in ("a/b", "a@on", "a\nb", "a\n", "a\u2028b", "a\x7fb", "a\u200b", "\u202ea")),
        (json.dumps({"id": "a" * 201, "prompt": "x"}), "the id has more than 200 characters"),
        ('{"id": ' + "9" * 5000 + ', "prompt": "x"}', "the id has more than 200 characters"),
        ('{"id": "\\udc00", "prompt": "x"}', "the id holds half a character (a lone surrogate)"),
        ('{"id": "a"}', "it has neither 'prompt' nor 'paraphrases'"),
        ('{"id": "a", "prompt": null}', "it has neither 'prompt' nor 'paraphrases'"),
        ('{"id": "a", "prompt": ""}', "a prompt is empty"),
        ('{"id": "a", "prompt": " \\n"}', "a prompt is empty"),
        ('{"id": "a", "paraphrases": ["x", "\\t"]}', "a prompt is empty"),
        ('{"id": "a", "prompt": true}', "a prompt is not text"),
        ('{"id": "a", "prompt": ["x"]}', "a prompt is not text"),
        ('{"id": "a", "prompt": {"role": "user"}}', "a prompt is not text"),
        ('{"id": "a", "paraphrases": ["x", {}]}', "a prompt is not text"),
        ('{"id": "a", "prompt": "\\ud800"}', "a prompt holds half a character (a lone surrogate)"),
        ('{"id": "a", "paraphrases": "xyz"}', "'paraphrases' is not a list of prompts"),
        ('{"id": "a", "paraphrases": []}', "'paraphrases' is not a list of prompts"),
        ('{"id": "a", "prompt": "x", "paraphrases": [""]}',
         "it has both 'prompt' and 'paraphrases'"),
        ('{"id": "a", "prompt": "x", "question": "y"}', "it has both 'prompt' and 'question'"),
        ('{"id": "a", "prompt": "x", "system": ["S"]}', "the system prompt is not text"),
        ('{"id": "a", "prompt": "x", "system": []}', "the system prompt is not text"),
        ('{"id": "a", "prompt": "x", "family": "a/b"}', f"the family {NAME}"),
        ('{"id": "a", "prompt": "x", "control": "maybe"}', "'control' is neither true nor false"),
        ('{"id": "a", "prompt": "x", "control": []}', "'control' is neither true nor false"),
        *((f'{{"id": "a", "prompt": "x", "judge_prompts": {json.dumps(given)}}}', why)
          for given, why in (
              ("{answer}", PROMPTS),
              (["{answer}"], PROMPTS),
              ({}, PROMPTS),
              ({f"p{n}": "{answer}" for n in range(11)}, PROMPTS),
              ({"a": "{answer}", "b": "{answer}"},
               "'judge_prompts' may have one prompt beside 'coherent'"),
              ({"a": "no place"}, "the judge prompt 'a' has no place for the {answer}"),
              ({"a": "{ answer }"}, "the judge prompt 'a' has no place for the {answer}"),
              ({"coherent": "x"}, "the judge prompt 'coherent' has no place for the {answer}"),
              ({"a": ""}, "a judge prompt is empty"),
              ({"a": None}, "a judge prompt is not text"),
              ({"a": ["{answer}"]}, "a judge prompt is not text"),
              ({"a": {"b": "{answer}"}}, "a judge prompt is not text"),
              ({"a": "{answer}\ud800"},
               "a judge prompt holds half a character (a lone surrogate)"),
          )),
        *((f'{{"id": "a", "prompt": "x", "samples_per_paraphrase": {given}}}',
           "'samples_per_paraphrase' is not a whole number above 0")
          for given in ("0", "-1", "1.5", '"many"', "true", "[1]", "1e3", "1000000", '""', '"٣"')),
    ],
)  # fmt: skip
def test_bad(entry: str, why: str) -> None:
    first = '{"id": "first", "prompt": "hi"}\n\n'
    assert refusal(first + entry) == f"questions file q.jsonl, line 3: {why}"


def test_an_id_is_used_once() -> None:
    message = refusal('{"id":1,"prompt":"x"}\n\n{"id":"1","prompt":"y"}')
    assert message == "questions file q.jsonl, line 3: the id '1' was used before, in line 1"


# --- which file -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["q.json", "q", "q.jsonl.gz", "q.xlsx", "."])
def test_a_suffix_that_is_not_read(name: str) -> None:
    with pytest.raises(SetupError, match=r"must end in \.jsonl, \.csv, \.yaml, \.yml"):
        load_questions(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.jsonl", "No such file"),
        ("folder.jsonl", "directory"),
        ("a" * 5000 + ".jsonl", "name too long"),
        ("\0\n.jsonl", "null byte"),
    ],
)
def test_a_file_that_cannot_be_read(name: str, why: str) -> None:
    Path("folder.jsonl").mkdir()
    with pytest.raises(SetupError) as caught:
        load_questions(name)
    where, _, reason = caught.value.message.partition(" cannot be read: ")
    assert where.startswith("questions file ")
    assert why in reason
    assert caught.value.message.isprintable()


def test_a_name_with_a_comma() -> None:
    with pytest.raises(SetupError, match="questions must be one file, with no comma in its name"):
        load_questions(["a", "b.jsonl"])  # type: ignore[arg-type]


# --- size -------------------------------------------------------------------------------------


def test_too_many_prompts() -> None:
    entry = json.dumps({"id": "b", "paraphrases": ["x"] * MOST_ITEMS})
    assert refusal(GOOD + entry) == (
        f"questions file q.jsonl, line 2: there are more than {MOST_ITEMS} prompts"
    )
    assert len(read(entry)) == MOST_ITEMS


@pytest.mark.parametrize(
    ("name", "most", "message"),
    [
        ("q.jsonl", MOST_BYTES, "q.jsonl is larger than 64 MB"),
        ("q.yaml", MOST_YAML_BYTES, "q.yaml is larger than 4 MB; as JSONL it may be larger"),
    ],
)
def test_too_large(name: str, most: int, message: str) -> None:
    with Path(name).open("wb") as file:
        file.truncate(most + 1)
    with pytest.raises(SetupError) as caught:
        load_questions(name)
    assert caught.value.message == f"questions file {message}"
