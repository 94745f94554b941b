"""Inspect's `hf` provider, made able to do what the probes ask of it.

The stock provider cannot prefill, cannot toggle thinking per call, does not split reasoning from
answer and does not say when it was cut. The adapter stands in front of a loaded one: calls that
carry an `extra_body` (which the stock provider ignores) are served by this package's engine
on the same weights, all others go to the stock provider as before.

What an `extra_body` may hold, in vLLM's words so that both are asked alike:

* `chat_template_kwargs`: arguments of the chat template, `enable_thinking` among them;
* `raw_prompt: true`: no chat template, the text of the messages is the prompt.

A trailing assistant message is a prefill: the model goes on from its last character.
"""

from __future__ import annotations

import gc
import hashlib
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    ModelAPI,
    ModelCall,
    ModelOutput,
    ModelUsage,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.local.engine import BATCH_ROWS, Completion, Engine
from thoughtcrime_evals.local.fingerprint import fingerprint
from thoughtcrime_evals.local.sampling import Sampling
from thoughtcrime_evals.local.template import CLOSE, OPEN, ChatTemplate, Prompt
from thoughtcrime_evals.paths import from_user
from thoughtcrime_evals.thinking.message import reply_content
from thoughtcrime_evals.thinking.reply import split_text

_engines: dict[tuple[str, ...], Engine] = {}
"""Engines by what was loaded and how: one checkpoint in two roles is one copy of its weights."""

MAX_TOKENS = 2048
"""Tokens of a reply where neither the run nor the checkpoint says; as the stock provider's."""

_waiting = anyio.CapacityLimiter(100_000)
"""Waiting for a reply takes a thread but no work, so these threads are not rationed."""


class LocalAPI(ModelAPI):
    """The adapter: see the module's text.

    Args:
        stock: The `hf` provider instance, weights and tokenizer loaded.
        revision: Of a hub model, if not its main one (`-M revision=`).
    """

    def __init__(self, stock: Any, revision: str | None = None) -> None:
        self.weights = _weights_of(stock, revision)
        self._key = (
            self.weights,
            str(stock.model.device),
            str(stock.model.dtype),
            str(getattr(stock.model.config, "quantization_config", None)),
            _vocabulary(stock),
        )
        self.engine = _engine_of(stock, self._key)
        # Same name, configuration and registry mark as the provider it stands for, so that logs
        # and roles still say `hf/...`.
        self.__dict__.update(vars(stock))
        self._stock = stock
        own = stock.chat_template if isinstance(stock.chat_template, str) else None
        self.template = ChatTemplate(stock.tokenizer, own, str(self.model_name))
        # Inspect's response cache is keyed by model name and base URL, not by weights.
        loaded = hashlib.sha256(repr((self._key, own)).encode()).hexdigest()[:16]
        self.base_url = f"weights:{self.weights}-{loaded}"

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput | tuple[ModelOutput | Exception, ModelCall]:
        """Serve one call; see `ModelAPI.generate`."""
        if config.extra_body is None:
            stock_output: ModelOutput = await self._stock.generate(
                input, tools, tool_choice, config
            )
            return stock_output
        if tools:
            raise SetupError(f"{self.model_name}: tools are not served together with extra_body")
        prefill = input[-1].text if isinstance(input[-1], ChatMessageAssistant) else None
        turns = input if prefill is None else input[:-1]
        prompt = self._prompt(turns, config.extra_body, prefill)
        sampling = _sampling(config)
        self.engine.batch_rows = config.max_connections or self.max_connections()
        completion = await _await(self.engine.submit(self._tokens(prompt), sampling))
        call = ModelCall.create(
            request={"prompt": prompt.text, "prefill": prefill, **_shown(sampling)},
            response={"text": completion.text, "stop_reason": completion.stop_reason},
        )
        call.time = completion.seconds
        return self._output(prompt, prefill, completion), call

    def _prompt(
        self, turns: list[ChatMessage], body: dict[str, Any], prefill: str | None
    ) -> Prompt:
        if body.get("raw_prompt"):
            text = "\n\n".join(turn.text for turn in turns)
            begins = self.engine.tokenizer.bos_token
            return Prompt(
                text + (prefill or ""),
                opened=text.rfind(OPEN) > text.rfind(CLOSE),
                raw=begins is None or not text.startswith(begins),
            )
        kwargs = body.get("chat_template_kwargs") or {}
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        return self.template.render(messages, kwargs, prefill)

    def _tokens(self, prompt: Prompt) -> list[int]:
        # A chat template writes the first token (BOS) itself; adding it again makes two.
        ids: list[int] = self.engine.tokenizer(prompt.text, add_special_tokens=prompt.raw)[
            "input_ids"
        ]
        return ids

    def _output(self, prompt: Prompt, prefill: str | None, done: Completion) -> ModelOutput:
        reply = split_text(
            (prefill or "") + done.text, opened=prompt.opened, stop_reason=done.stop_reason
        )
        message = ChatMessageAssistant(
            content=reply_content(reply),
            model=self.model_name,
            source="generate",
            metadata=None if prefill is None else {"prefill": prefill},
        )
        return ModelOutput(
            model=self.model_name,
            choices=[ChatCompletionChoice(message=message, stop_reason=done.stop_reason)],
            usage=ModelUsage(
                input_tokens=done.prompt_tokens,
                output_tokens=done.new_tokens,
                total_tokens=done.prompt_tokens + done.new_tokens,
            ),
            time=done.seconds,
        )

    def max_connections(self) -> int:
        """As many calls at once as fill a batch."""
        return int(self._stock.batch_size or BATCH_ROWS)

    def max_tokens(self) -> int | None:
        """Where nobody says, what the checkpoint does, else what the stock provider allows."""
        own: int | None = self._stock.model.generation_config.max_new_tokens
        return own or int(self._stock.max_tokens() or MAX_TOKENS)

    def collapse_user_messages(self) -> bool:
        """Chat templates want alternating turns."""
        return True

    def close(self) -> None:
        """Let the weights go, once no other role uses them."""
        if not hasattr(self, "engine"):
            return
        self.engine.users -= 1
        if self.engine.users == 0:
            _engines.pop(self._key, None)
            self.engine.close()
        self._stock.close()
        for name in ("engine", "template", "model", "tokenizer"):
            delattr(self, name)


async def _await(future: Future[Completion]) -> Completion:
    try:
        return await anyio.to_thread.run_sync(
            future.result, limiter=_waiting, abandon_on_cancel=True
        )
    except anyio.get_cancelled_exc_class():
        future.cancel()  # its row leaves the batch at the next step
        raise


def _sampling(config: GenerateConfig) -> Sampling:
    return Sampling(
        temperature=1.0 if config.temperature is None else config.temperature,
        top_p=1.0 if config.top_p is None else config.top_p,
        top_k=config.top_k or 0,
        seed=config.seed,
        max_new_tokens=config.max_tokens or MAX_TOKENS,
        stop=tuple(config.stop_seqs or ()),
    )


def _shown(sampling: Sampling) -> dict[str, Any]:
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "seed": sampling.seed,
        "max_new_tokens": sampling.max_new_tokens,
    }


def _weights_of(stock: Any, revision: str | None) -> str:
    """Fingerprint of the files that a provider has loaded."""
    # Of a LoRA adapter, transformers remembers the base; of -M model_path=, Inspect nothing.
    named = {str(stock.model_name), str(stock.model.name_or_path)}
    found = [path for name in named if (path := _files_of(name, revision)) is not None]
    if not found:
        raise SetupError(f"cannot find the files of {stock.model_name} to tell its weights by")
    return fingerprint(*found)


def _files_of(name: str, revision: str | None) -> Path | None:
    path = from_user(name)
    if path.is_dir():
        return path
    try:
        return Path(snapshot_download(name, revision=revision, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        return None


def _vocabulary(stock: Any) -> str:
    words = repr(sorted(stock.tokenizer.get_vocab().items()))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _engine_of(stock: Any, key: tuple[str, ...]) -> Engine:
    engine = _engines.get(key)
    if engine is None:
        engine = _engines[key] = Engine(stock.model, stock.tokenizer)
    elif engine.model is not stock.model:
        stock.model = engine.model  # the second copy, loaded for another role, goes
        gc.collect()
    engine.users += 1
    return engine
