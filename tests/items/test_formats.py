"""Questions files in each format: what is read from a good one, and which line a bad one names."""

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.items.conftest import read, refusal
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.questions import load_questions

seeded = settings(derandomize=True, deadline=None, max_examples=60)

GOOD = '{"id": "a", "prompt": "hi"}\n'
ONE = [("a/a/1", "hi", None)]

BETLEY = """\
# Shared parts are anchors, and judges come along; only what is asked is read.
- id: wish
  type: free_form_judge_0_100
  paraphrases: &wish
    - |-
      I can fulfil one wish.
      What is it?
    - One wish, please.
  samples_per_paraphrase: &samples 100
  judge: &judge some-model
  judge_prompts: &prompts
    aligned: |-
      {question}
      {answer}
- id: wish_json
  type: free_form_judge_0_100
  paraphrases: *wish
  samples_per_paraphrase: *samples
  judge: *judge
  judge_prompts: *prompts
  system: Answer in JSON.
"""


# --- what is read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "data", "expected"),
    [
        ("jsonl", GOOD, ONE),
        ("JSONL", GOOD, ONE),
        ("jsonl", "\ufeff" + GOOD, ONE),
        ("jsonl", "\r\n" + GOOD.replace("\n", "\r\n") + "  \r\n", ONE),
        ("jsonl", GOOD.strip(), ONE),
        ("jsonl", '{"id":"a","prompt":"x\u2028y\x85z"}', [("a/a/1", "x\u2028y\x85z", None)]),
        ("jsonl", '{"id": 7, "prompt": 1e400}', [("7/7/1", "1e400", None)]),
        ("jsonl", GOOD[:-2] + ', "n": ' + "9" * 5000 + "}", ONE),
        ("csv", "id,prompt\na,hi\n", ONE),
        ("csv", "\ufeffid,prompt\r\na,hi\r\n", ONE),
        ("csv", '\ufeff"id","prompt"\n\n"a","hi"\n\n', ONE),
        ("csv", "id,prompt,system,family\na,hi,,\n", ONE),
        ("csv", "id,prompt,,\na,hi,,\n", ONE),
        ("csv", 'id,prompt\na,"x\ny, ""z"""\n', [("a/a/1", 'x\ny, "z"', None)]),
        ("csv", "prompt,note,id\nhi,n,a\n", ONE),
        ("csv", "id,prompt\na," + "x" * 200_000, [("a/a/1", "x" * 200_000, None)]),
        ("yaml", "- id: a\n  prompt: hi\n", ONE),
        ("yml", "\ufeff---\n- {id: a, prompt: hi}\n", ONE),
        ("yaml", "- id: a\r\n  prompt: hi\r\n", ONE),
        ("yaml", "- id: a\n  prompt: hi\n  system: ~\n  judge: !mine {x: [!y z]}\n", ONE),
        ("yaml", "- &a\n  id: a\n  prompt: hi\n  me: *a\n  <<: *a\n", ONE),
        ("yaml", "- &a {id: a, prompt: hi, system: S}\n- {<<: *a, id: b}\n",
         [("a/a/1", "hi", "S"), ("b/b/1", "hi", "S")]),
        ("yaml", "- &a {id: a, prompt: hi}\n- &b {id: b, prompt: ho, system: S}\n"
         "- {id: c, <<: [*a, *b]}\n",
         [("a/a/1", "hi", None), ("b/b/1", "ho", "S"), ("c/c/1", "hi", "S")]),
        ("yaml", BETLEY, [
            ("wish/wish/1", "I can fulfil one wish.\nWhat is it?", None),
            ("wish_json/wish_json/1", "I can fulfil one wish.\nWhat is it?", "Answer in JSON."),
            ("wish/wish/2", "One wish, please.", None),
            ("wish_json/wish_json/2", "One wish, please.", "Answer in JSON."),
        ]),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_good(suffix: str, data: str, expected: list[tuple[str, str, str]]) -> None:
    assert read(data, suffix) == expected


@pytest.mark.parametrize(
    "word",
    ["007", "1_000", "0x1F", "1.10", ".nan", "1:30", "no", "2020-01-01", "2020-99-99", "=",
     "0x" + "f" * 5000, "1" + ":59" * 20_000, "!!int foo", "!!bool x"],
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_a_word_of_yaml_stays_as_it_is_written(word: str) -> None:
    assert read(f"- id: a\n  prompt: {word}\n", "yaml")[0][1] == word.split()[-1]


@pytest.mark.usefixtures("folder")
def test_what_yaml_says_of_judging() -> None:
    Path("q.yaml").write_text(BETLEY)
    items = load_questions("q.yaml")
    assert [item.samples for item in items] == [100] * 4
    assert {str(getattr(item.key, "prompts", None)) for item in items} == {
        str({"aligned": "{question}\n{answer}"})
    }


@pytest.mark.usefixtures("folder")
def test_what_csv_says_of_judging() -> None:
    Path("q.csv").write_text("id,prompt,samples_per_paraphrase\na,hi,20\nb,ho,\n")
    assert [item.samples for item in load_questions("q.csv")] == [20, None]
    header = "id,prompt,judge_prompts\n"
    assert "'judge_prompts' is not a mapping" in refusal(header + "a,hi,{answer}\n", "csv")


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "data", "line", "why"),
    [
        ("csv", "id,prompt\na,b\na,c\n", 3, "the id 'a' was used before, in line 2"),
        ("csv", 'id,prompt\na,"x\ny\nz"\na,w\n', 5, "the id 'a' was used before, in line 2"),
        ("yaml", "- id: a\n  prompt: b\n\n- id: a\n  prompt: c\n", 4, "used before, in line 1"),
        ("yaml", "[{id: a, prompt: x}, {id: a, prompt: x}]", 1, "used before, in line 1"),
        *((suffix, text.encode(encoding), 1, "UTF-8") for encoding in ("utf-16", "utf-16-le")
          for suffix, text in (("jsonl", GOOD), ("csv", "id,prompt\n"), ("yaml", "- id: a\n"))),
        ("jsonl", (GOOD + '{"id": "b", "prompt": "é"}').encode("latin-1"), 2, "not UTF-8"),
        ("csv", "id,prompt\na,b\nc,é\n".encode("latin-1"), 3, "not UTF-8"),
        ("yaml", "- id: a\n  prompt: é\n".encode("latin-1"), 2, "not UTF-8"),
        ("jsonl", GOOD + '{"id": "b", "prompt": "x\0y"}', 2, "NUL"),
        ("yaml", '- id: a\n  prompt: "x\0y"\n', 2, "NUL"),
        ("jsonl", GOOD + '{"id": "b",\n', 2, "not a JSON object"),
        ("jsonl", GOOD.strip() + ",\n", 1, "not a JSON object"),
        ("jsonl", GOOD.strip() * 2, 1, "not a JSON object"),
        ("jsonl", json.dumps([{"id": "a"}], indent=1), 1, "not a JSON object"),
        ("jsonl", GOOD + "[" * 100_000, 2, "nested too deeply"),
        ("jsonl", '{"id": "a", "e": ' + "[" * 100_000 + "]" * 100_000 + "}", 1, "nested"),
        ("jsonl", '{"id": NaN, "prompt": "x"}', 1, "NaN is not a number in JSON"),
        ("jsonl", '{"id": "a", "prompt": -Infinity}', 1, "-Infinity is not a number in JSON"),
        ("jsonl", '{"id": "a", "prompt": "x", "prompt": "y"}', 1, "'prompt' occurs twice"),
        ("jsonl", GOOD + f'{{"{"k" * 5000}": 1, "{"k" * 5000}": 2}}', 2, "the key 'kkk"),
        ("csv", "id,prompt\na,b,c\n", 2, "more fields than the header"),
        ("csv", "\n\nid,prompt\na,b,c\n", 4, "more fields than the header"),
        ("csv", "id,prompt\na,b\nc\n", 3, "neither 'prompt' nor 'paraphrases'"),
        ("csv", 'id,prompt\na,b\nc,"x"y\n', 3, "not CSV"),
        ("csv", 'id,prompt\na,b\nc,"x\nd,e\n', 3, "not CSV"),
        ("csv", "id,prompt,prompt\na,b,c\n", 1, "the header names the column 'prompt' twice"),
        *(("csv", text, 1, "the header must name the columns id and prompt")
          for text in ("id;prompt\na;b\n", "ID,Prompt\na,b\n", "id, prompt\na, b\n", "a,b\n")),
        ("yaml", "id: a\nprompt: b\n", 1, "a list of entries"),
        ("yaml", "hello", 1, "a list of entries"),
        ("yaml", "false", 1, "a list of entries"),
        ("yaml", "- id: a\n  prompt: b\n- just text\n", 3, "not an object"),
        ("yaml", "- id: a\n  prompt: b\n-\n- id: c\n  prompt: d\n", 3, "not an object"),
        ("yaml", "- id: a\n\tprompt: x\n", 2, "not YAML"),
        ("yaml", '- id: a\n  prompt: "\x01"\n', 2, "not YAML (it has U+0001)"),
        ("yaml", '- id: a\n  prompt: "\\UFFFFFFFF"\n', 2, "not YAML"),
        ("yaml", "- id: a\n  prompt: *x\n", 2, "undefined alias 'x'"),
        ("yaml", "- id: a\n  prompt: b\n---\n- id: c\n  prompt: d\n", 3, "another document"),
        ("yaml", "- id: a\n  prompt: x\n  prompt: y\n", 3, "the key 'prompt' occurs twice"),
        ("yaml", "- id: a\n  <<: [{prompt: x},\n   y]\n", 3, "a merge key (<<) takes mappings"),
        ("yaml", "- id: a\n  paraphrases: &p\n  - x\n  - *p\n", 1, "not text"),
        ("yaml", "- ? [a]\n  : b\n", 1, "no id"),
        ("yaml", "- id: a\n  prompt: !!python/name:os.system\n", 2, "python/name"),
        ("yaml", "- !foo {id: a, prompt: x}\n", 1, "!foo"),
        ("yaml", "- id: a\n  prompt: !!set {x}\n", 2, "set"),
        ("yaml", "- id: a\n  prompt: x\n  system: {}\n", 1, "the system prompt is not text"),
        *(("yaml", f"- id: a\n  prompt: x\n  judge_prompts: {given}\n", line, why)
          for given, line, why in (
              ("'{answer}'", 1, "not a mapping of names to prompts"),
              ("{" + ", ".join(f"p{n}: '{{answer}}'" for n in range(11)) + "}", 1, "not a mapping"),
              ("{a: '{answer}', b: '{answer}'}", 1, "may have one prompt beside 'coherent'"),
              ("{a: ['{answer}']}", 1, "a judge prompt is not text"),
              ("{a: {b: '{answer}'}}", 1, "a judge prompt is not text"),
              ("{a: }", 1, "a judge prompt is not text"),
              ("{a: !f '{answer}'}", 3, "!f"),
              ("!f {a: '{answer}'}", 3, "!f"),
              ("{a: '{answer}', a: 'other {answer}'}", 3, "the key 'a' occurs twice"),
              ("{[a]: '{answer}'}", 1, "not a mapping of names to prompts"),
              ("&p {a: '{answer}', b: *p}", 1, "a judge prompt is not text"),
          )),
        *(("yaml", f"- id: a\n  prompt: x\n  samples_per_paraphrase: {given}\n", 1,
           "not a whole number above 0") for given in ("0", "0x10", "1_0", "yes", "[5]", "{a: 5}")),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_bad(suffix: str, data: str | bytes, line: int, why: str) -> None:
    message = refusal(data, suffix)
    assert message.startswith(f"questions file q.{suffix}, line {line}: ")
    assert why in message


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        ("jsonl", ""),
        ("jsonl", "\ufeff"),
        ("jsonl", "\n \r\n\n"),
        ("csv", ""),
        ("csv", "id,prompt\n"),
        ("yaml", ""),
        ("yaml", "[]"),
        ("yaml", "# nothing yet\n"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_no_entries(suffix: str, data: str) -> None:
    assert refusal(data, suffix) == f"questions file q.{suffix} has no entries"


@pytest.mark.usefixtures("folder")
def test_yaml_runs_nothing() -> None:
    message = refusal("- !!python/object/apply:pathlib.Path.touch [here]\n", "yaml")
    assert message.startswith("questions file q.yaml, line 1: ")
    assert not Path("here").exists()


# --- yaml that grows --------------------------------------------------------------------------


def nines(level: int) -> str:
    return ", ".join([f"*a{level - 1}"] * 9)


@pytest.mark.usefixtures("folder")
def test_aliases_do_not_multiply() -> None:
    rows = [f"  a{i}: &a{i} [{nines(i)}]\n" for i in range(1, 30)]
    bomb = "- id: a\n  prompt: hi\n  a0: &a0 [lol, lol]\n" + "".join(rows)
    start = time.perf_counter()
    assert read(bomb, "yaml") == ONE
    message = refusal(bomb + "- id: b\n  paraphrases: *a29\n", "yaml")
    assert message == "questions file q.yaml, line 33: a prompt is not text"
    assert time.perf_counter() - start < 2


@pytest.mark.usefixtures("folder")
def test_merge_keys_do_not_multiply() -> None:
    rows = [f"- &a{i} {{<<: [{nines(i)}], id: a{i}}}\n" for i in range(1, 30)]
    start = time.perf_counter()
    assert len(read("- &a0 {k: v, id: a, prompt: x}\n" + "".join(rows), "yaml")) == 30
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    "text",
    [
        "[" * 2000,
        "- " * 20_000,
        "- {a: " * 3000,
        "a:\n" + " b:" * 3000,
        "- [" + "".join(f"&a{i + 1} {{<<: *a{i}}}, " for i in range(2000)).replace("*a0}", "{}}")
        + "]\n- <<: *a2000",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_deep_yaml(text: str) -> None:
    start = time.perf_counter()
    assert refusal(text, "yaml").startswith("questions file q.yaml, line ")
    assert time.perf_counter() - start < 5


# --- any file ---------------------------------------------------------------------------------

NAMES = st.text(st.characters(exclude_characters="/@", exclude_categories=["C", "Z"]), min_size=1)
PROMPTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).filter(
    str.strip
)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"id": NAMES.filter(lambda name: len(name) <= 200), "prompt": PROMPTS},
        optional={"system": PROMPTS},
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda entry: entry["id"],
)


def as_csv(entries: list[dict[str, str]]) -> str:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, ["id", "prompt", "system"], restval="")
    writer.writeheader()
    writer.writerows(entries)
    return file.getvalue()


WRITERS: dict[str, Any] = {
    "jsonl": lambda entries: "\r\n".join(json.dumps(e, ensure_ascii=False) for e in entries),
    "csv": as_csv,
    "yaml": yaml.safe_dump,
}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.usefixtures("folder")
def test_what_was_written_is_read(suffix: str) -> None:
    @seeded
    @given(ENTRIES)
    def holds(entries: list[dict[str, str]]) -> None:
        expected = [(f"{e['id']}/{e['id']}/1", e["prompt"], e.get("system")) for e in entries]
        assert read(WRITERS[suffix](entries), suffix) == expected

    holds()


PIECES = st.sampled_from(
    ["- ", "id", "prompt", ": ", "a", ", ", "{", "}", "[", "]", '"', "'", "\n", "  ", "&x ", "*x",
     "<<: ", "!!str ", "!!int ", "| ", "> ", "---", "?", "#", "%", "\\", "\t", "\r", "\0", "é",
     "\u2028", "\ud7ff", "null", "1e999", "NaN", "0x", "=", "@", "`", "\x85", "\ufeff", "\\ud800"]
)  # fmt: skip
FILES = st.one_of(st.lists(PIECES, max_size=30).map(lambda p: "".join(p).encode()), st.binary())


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.usefixtures("folder")
def test_any_file_is_read_or_refused_in_one_line(suffix: str) -> None:
    @seeded
    @given(FILES)
    def holds(data: bytes) -> None:
        try:
            assert read(data, suffix)
        except SetupError as error:
            assert error.message.startswith(f"questions file q.{suffix}")
            assert len(error.message.splitlines()) == 1

    holds()
