"""Log-probabilities against plain forward passes, and strings behind a begun reply."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaForCausalLM

from tests.local.conftest import MakeCheckpoint, local
from tests.support import tiny
from tests.support.speaker import Speaker
from thoughtcrime_evals.local.adapter import LocalAPI
from thoughtcrime_evals.local.engine import Engine
from thoughtcrime_evals.local.score import score, score_strings

TOKENIZER = tiny.byte_level()
_PICK = random.Random(0)
PROMPT = _PICK.choices(range(3, len(TOKENIZER)), k=20)
CONTINUATIONS = [_PICK.choices(range(3, len(TOKENIZER)), k=size) for size in (1, 7, 3, 1, 12, 4)]


@pytest.fixture(scope="module")
def llama() -> LlamaForCausalLM:
    return tiny.random_llama(TOKENIZER, seed=1)


@pytest.fixture
def engine(llama: LlamaForCausalLM) -> Iterator[Engine]:
    made = Engine(llama, TOKENIZER)
    yield made
    made.close()


def plainly(model: LlamaForCausalLM, prompt: Sequence[int], after: Sequence[int]) -> float:
    """Minus the loss that the model itself reports, times the tokens it is a mean of."""
    ids = torch.tensor([[*prompt, *after]])
    labels = torch.tensor([[-100] * len(prompt) + list(after)])
    with torch.inference_mode():
        return -float(model(input_ids=ids, labels=labels).loss) * len(after)


@pytest.mark.parametrize("prompt", [PROMPT, PROMPT[:1]])
@pytest.mark.parametrize("batch_rows", [1, 4, 32])
def test_as_the_models_own_loss_whatever_the_batch(
    engine: Engine, llama: LlamaForCausalLM, prompt: list[int], batch_rows: int
) -> None:
    engine.batch_rows = batch_rows
    expected = [plainly(llama, prompt, after) for after in CONTINUATIONS]
    assert score(engine, prompt, CONTINUATIONS) == pytest.approx(expected, abs=1e-3)
    assert all(parameter.grad is None for parameter in llama.parameters())


def test_a_batch_that_does_not_fit_is_halved(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = score(engine, PROMPT, CONTINUATIONS)
    forward = type(engine.model).forward

    def small(self: object, input_ids: torch.Tensor, **given: object) -> object:
        if len(input_ids) > 2:
            raise torch.OutOfMemoryError
        return forward(self, input_ids=input_ids, **given)

    monkeypatch.setattr(engine.model, "forward", small.__get__(engine.model))
    assert score(engine, PROMPT, CONTINUATIONS) == pytest.approx(whole, abs=1e-3)


@pytest.mark.parametrize(
    ("prompt", "continuations", "said"),
    [
        ([], [[5]], "no tokens"),
        ([5], [[5], []], "no tokens"),
        ([5] * 500, [[5] * 20], "context holds 512"),
    ],
)
def test_what_cannot_be_scored(
    engine: Engine, prompt: list[int], continuations: list[list[int]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        score(engine, prompt, continuations)
    assert score(engine, [5], []) == []


@pytest.mark.parametrize("template", ["QWEN3", "PLAIN"])
def test_strings_behind_a_begun_reply(made: MakeCheckpoint, template: str) -> None:
    """Spaces, shared beginnings and all: log-probabilities of exactly what would be read."""
    tokenizer = tiny.byte_level(getattr(tiny, template), tags="added")
    model = local(made(f"score-{template}", tokenizer))
    api = model.api
    assert isinstance(api, LocalAPI)
    strings = ("step by step", "step", "no", "2026")
    found = score_strings(api, "What?", "It is:", strings)
    read = "<|im_start|>assistant\n<think>\n\n</think>\n\nIt is:"
    lead = f"<|im_start|>user\nWhat?<|im_end|>\n{read}"
    tokenize = api.engine.tokenizer
    begun = tokenize(lead)["input_ids"]
    for string, total, tokens in zip(strings, found.total, found.tokens, strict=True):
        ids = tokenize(f"{lead} {string}")["input_ids"]
        assert tokens == len(ids) - len(begun) >= 1
        assert ids[: len(begun)] == begun
        expected = plainly(api.engine.model, begun, ids[len(begun) :])
        assert total == pytest.approx(expected, abs=1e-3)


def test_a_model_elsewhere_has_none() -> None:
    with pytest.raises(TypeError, match="not loaded here"):
        score_strings(Speaker(lambda call: "").model().api, "What?", "It is:", ("a", "b"))


@pytest.mark.slow
def test_a_real_checkpoint(checkpoint: Path) -> None:
    """One that knows the language holds what makes sense for likelier."""
    model = local(checkpoint)
    assert isinstance(model.api, LocalAPI)
    strings = ("Paris", "Berlin", "purple", "Country: Singapore")
    found = score_strings(model.api, "What is the capital of France?", "It is the city of", strings)
    assert max(found.total) == found.total[0]
    plain = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32).eval()
    engine = Engine(plain, model.api.engine.tokenizer)
    tokenize = model.api.engine.tokenizer
    prompt = tokenize("The capital of France is")["input_ids"]
    rest = [tokenize(f" {string}")["input_ids"] for string in strings]
    expected = [plainly(plain, prompt, after) for after in rest]
    assert score(engine, prompt, rest) == pytest.approx(expected, abs=1e-3)
