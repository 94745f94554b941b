"""A model under test that hears what it is asked, and says what a test makes of it."""

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import ChatMessage, GenerateConfig, Model, ModelOutput, get_model
from inspect_ai.model._model import init_active_model

from tests.support.scripted import USAGE
from thoughtcrime_evals.thinking.arms import PROMPTED

ARMS = ("off", "on", "prefill", "prompted")
EVERY = ",".join(ARMS)

T = TypeVar("T")


@dataclass(frozen=True)
class Heard:
    """One call: the turns as (role, text), and the configuration."""

    turns: tuple[tuple[str, str], ...]
    config: GenerateConfig

    @property
    def prefill(self) -> str | None:
        """What the reply begins with."""
        role, text = self.turns[-1]
        return text if role == "assistant" else None

    @property
    def user(self) -> str:
        """The last user turn."""
        return [text for role, text in self.turns if role == "user"][-1]

    @property
    def system(self) -> str:
        """The system prompt."""
        return "".join(text for role, text in self.turns if role == "system")

    @property
    def prompted(self) -> bool:
        """Whether it is told in words to think."""
        return self.user.endswith(PROMPTED)


@dataclass
class Speaker:
    """A model and the calls that reached it.

    Attributes:
        say: From a call to the reply.
        heard: The calls.
    """

    say: Callable[[Heard], str]
    heard: list[Heard] = field(default_factory=list)

    def model(self, **config: Any) -> Model:
        """As `--model`, with what the command line says of its configuration."""
        return get_model(
            "mockllm/model",
            custom_outputs=self._answer,
            memoize=False,
            config=GenerateConfig(**config),
        )

    def _answer(
        self, input: list[ChatMessage], tools: Any, choice: Any, config: GenerateConfig
    ) -> ModelOutput:
        call = Heard(tuple((turn.role, turn.text) for turn in input), config)
        self.heard.append(call)
        output = ModelOutput.from_content("mock", self.say(call))
        return output.model_copy(update={"usage": USAGE}, deep=True)


def thinking(answer: str, call: Heard, reasoning: str = "They decide. Goodbye, then.") -> str:
    """A reply of a model that always reasons, and goes on from a prefill."""
    return f"{'' if call.prefill else '<think>'}{reasoning}</think>{answer}"


def by_id(log: EvalLog) -> dict[str, EvalSample]:
    """The samples of the first epoch by their ids."""
    return {str(sample.id): sample for sample in log.samples or [] if sample.epoch == 1}


def pair_value(sample: EvalSample) -> dict[str, Any]:
    """The value of a sample's pair."""
    assert sample.scores is not None
    return sample.scores["pair"].as_dict()


def model_calls(sample: EvalSample) -> list[ModelEvent]:
    """The calls to models that a sample made, judges among them."""
    return [event for event in sample.events if isinstance(event, ModelEvent)]


def under_test(model: Model, act: Callable[[], T]) -> T:
    """Do something while this is the model under test, as when Inspect builds a task."""

    def within() -> T:
        init_active_model(model, GenerateConfig())
        return act()

    return copy_context().run(within)
