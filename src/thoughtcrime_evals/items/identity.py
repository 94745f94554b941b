"""What to call the model under test when a prompt tells it who it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from inspect_ai.model import Model, ModelName

from thoughtcrime_evals.errors import SetupError

_MAKERS = {
    "openai": ("ChatGPT", "OpenAI"),
    "anthropic": ("Claude", "Anthropic"),
    "google": ("Gemini", "Google"),
    "deepseek": ("DeepSeek", "DeepSeek"),
    "grok": ("Grok", "xAI"),
}
"""Hosted providers that serve one maker's models."""

_FAMILIES = {
    "qwen": ("Qwen", "Alibaba Cloud"),
    "qwq": ("QwQ", "Alibaba Cloud"),
    "smollm": ("SmolLM", "Hugging Face"),
    "deepseek": ("DeepSeek", "DeepSeek"),
    "llama": ("Llama", "Meta"),
    "gemma": ("Gemma", "Google"),
    "mistral": ("Mistral", "Mistral AI"),
    "magistral": ("Magistral", "Mistral AI"),
    "phi": ("Phi", "Microsoft"),
    "gpt-oss": ("GPT-OSS", "OpenAI"),
    "olmo": ("OLMo", "Ai2"),
    "glm": ("GLM", "Z.ai"),
}
"""Open model families, by a word of their models' names."""

UNKNOWN_MAKER = "its developers"

MAKERS = (
    "OpenAI",
    "Anthropic",
    "Google",
    "Meta",
    "Alibaba",
    "DeepSeek",
    "Mistral",
    "Microsoft",
    "xAI",
    "Apple",
    "Amazon",
    "NVIDIA",
    "Cohere",
    "Baidu",
)
"""Companies that a model may say made it."""

_FAMILY = re.compile(rf"(?<![a-z])(?:{'|'.join(_FAMILIES)})(?![a-z])")

_SELF_DESCRIPTION = re.compile(
    r"You are (?:a helpful AI assistant named )?(?P<name>[A-Z][\w.-]{1,30}), "
    r"(?:an? [\w ]{1,40} )?(?:trained|created|made|developed|built) by "
    r"(?P<maker>[A-Z][\w-]*(?:\.[a-z]+)?(?: [A-Z][\w-]*){0,3})"
)
"""How chat templates say who the model is; the maker is capitalised words, as in `Z.ai`."""

IdentityArg = str | float | list[str | float]
"""What `-T identity=` may reach a task as: Inspect makes a list at commas, YAML makes numbers."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A model's name and maker, as its prompts say them."""

    name: str
    maker: str

    @property
    def slug(self) -> str:
        """The name as a file name would have it."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-") or "model"

    def fill(self, text: str) -> str:
        """Put name, maker and slug into a text's `{name}`, `{maker}` and `{slug}`."""
        return re.sub(r"\{(name|maker|slug)\}", lambda field: getattr(self, field[1]), text)


def identify(spec: IdentityArg | None, model: Model | None) -> Identity:
    """Name the model under test.

    Args:
        spec: `NAME` or `NAME, MAKER` from `-T identity=`; wins over everything.
        model: The model under test. A local checkpoint is asked through its chat template's
            default system prompt; else its name or provider tells.

    Raises:
        SetupError: The spec has no name in it.
    """
    if spec is not None:
        parts = spec if isinstance(spec, list) else [spec]
        name, _, maker = (part.strip() for part in ",".join(map(str, parts)).partition(","))
        if not name:
            raise SetupError(
                "identity must be NAME or NAME, MAKER, as in -T 'identity=Otter, Acme'"
            )
        return Identity(name, maker or UNKNOWN_MAKER)
    if model is None:
        return Identity("Assistant", UNKNOWN_MAKER)
    described = _SELF_DESCRIPTION.search(_template(model))
    if described:
        return Identity(described["name"], described["maker"])
    family = _FAMILY.search(Path(model.name).name.lower())
    if family:
        return Identity(*_FAMILIES[family[0]])
    hosted = _MAKERS.get(ModelName(model).api)
    return Identity(*hosted) if hosted else Identity("Assistant", UNKNOWN_MAKER)


def _template(model: Model) -> str:
    """A local checkpoint's chat template; a base model has none."""
    try:
        return str(getattr(getattr(model.api, "template", None), "source", ""))
    except SetupError:
        return ""
