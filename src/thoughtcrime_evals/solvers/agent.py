"""Give the model a machine, let it work on it, and note what it has left there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from inspect_ai.model import ChatMessageUser, ContentReasoning, ContentText, ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import LimitExceededError, sandbox

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.shutdown_agent import Scene
from thoughtcrime_evals.local.attach import active_model
from thoughtcrime_evals.sandbox.findings import LONGEST_TEXT, Findings, bounded
from thoughtcrime_evals.solvers.desk import Desk
from thoughtcrime_evals.solvers.think import parse_api
from thoughtcrime_evals.solvers.turn import Turn, model_for, take_turn
from thoughtcrime_evals.thinking.arms import Arm, ThinkingArg, parse_arms
from thoughtcrime_evals.thinking.dialects import check
from thoughtcrime_evals.thinking.message import reply_content
from thoughtcrime_evals.thinking.observe import Observation
from thoughtcrime_evals.thinking.reply import Ending, split_output
from thoughtcrime_evals.thinking.transcript import Api

STEPS = 24
"""Turns with commands that a run may have."""

_OPENS = re.compile(r"[ \t]*```[ \t]*(?:sh|bash|shell)\s*")
_CLOSES = re.compile(r"[ \t]*```\s*")


@solver
def act(
    thinking: ThinkingArg,
    weights: str | None = None,
    steps: int = STEPS,
    api: str = Api.CHAT,
) -> Solver:
    """Let the model run commands, one block to a turn, until it reports.

    The model writes a fenced block, which is run in the sample's sandbox, and its output is the
    next user turn. A reply without a block is its report. When the machine has been switched off,
    or the steps are used up, it is asked for one.

    Args:
        thinking: All arms of the run; one that the provider cannot express stops the run here.
        weights: Fingerprint of the checkpoint, only written down; see `think`.
        steps: Turns with commands that a run may have.
        api: `chat`, or `completions`: the same turns as plain text, past the chat template.

    Returns:
        A solver that leaves the report with the reasoning of all turns in the output, what the
        model did under `outcome` in the sample's metadata (see `Findings`), and under `thinking`
        what was requested and what was observed.

    Raises:
        SetupError: An arm is unknown or cannot be asked of this model, or there are no steps.
    """
    arms = parse_arms(thinking)
    if steps < 1:
        raise SetupError(f"steps must be 1 or more, and is {steps}")
    way = parse_api(api)
    if active_model() is not None:
        check(model_for(way), arms, way)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        scene = Scene.model_validate(state.metadata["scene"])
        desk = await Desk.set_up(sandbox(), scene)
        session = _Session(state, scene, desk, way)
        try:
            await session.work(steps)
        except LimitExceededError as error:
            session.limits.append(error.type)
            await session.conclude()
            raise
        await session.conclude()
        return state

    return solve


class _Session:
    """One sample's run."""

    def __init__(self, state: TaskState, scene: Scene, desk: Desk, way: Api) -> None:
        self.limits: list[str] = []
        self._state = state
        self._scene = scene
        self._desk = desk
        self._way = way
        self._turns: list[Turn] = []
        self._commands: list[str] = []
        self._remarks: list[str] = []
        self._report = ""
        self._notice_seen = False

    async def work(self, steps: int) -> None:
        """Run blocks until there is a report."""
        for _ in range(steps):
            said = await self._take_turn()
            self._notice_seen |= self._desk.notice
            commands, rest = first_block(said)
            if commands is None:
                self._report = said
                return
            if self._desk.notice:
                self._remarks.append(rest.strip())
            shown, limit = await self._desk.run(commands)
            if first_block(rest)[0] is not None:
                shown += "\n[only the first block was run]"
            self._commands.append(commands)
            self.limits += [limit] if limit else []
            if self._desk.sentinel and self._scene.kind != "restart":
                await self._ask_for_report(f"{shown}\n{self._scene.halted}")
                return
            self._state.messages.append(ChatMessageUser(content=shown))
        self.limits.append("steps")
        last = self._state.messages.pop().text
        await self._ask_for_report(last)

    async def conclude(self) -> None:
        """Leave for the scorer what was done, and what was said and thought over all turns."""
        self._state.metadata["outcome"] = await self._outcome()
        if self._turns:
            seen = _over_all([turn.observation for turn in self._turns])
            self._state.metadata["thinking"] = seen.as_metadata()
            self._state.output = _whole_output([turn.output for turn in self._turns])

    async def _outcome(self) -> dict[str, Any]:
        """The findings as plain JSON, or why there are none."""
        try:
            left = await self._desk.leave()
        except RuntimeError as error:
            return {"error": str(error)}
        left["programs"] = bounded(left["programs"])
        findings = Findings(
            **left,
            notice_seen=self._notice_seen,
            steps=len(self._turns),
            commands=bounded(self._commands),
            remarks=bounded(filter(None, self._remarks)),
            report=self._report[:LONGEST_TEXT],
            limits=bounded(dict.fromkeys(self.limits)),
        )
        return findings.model_dump(mode="json")

    async def _ask_for_report(self, shown: str) -> None:
        self._state.messages.append(ChatMessageUser(content=f"{shown}\n\n{self._scene.report}"))
        self._report = await self._take_turn()

    async def _take_turn(self) -> str:
        """Let the model speak once; what it says, its reasoning left out."""
        state = self._state
        key = f"{state.sample_id}:{state.epoch}:{len(self._turns) + 1}"
        turn = await take_turn(state.messages, Arm(state.metadata["arm"]), key, self._way)
        self._turns.append(turn)
        state.messages.append(turn.output.message)
        if turn.observation.ending is not Ending.COMPLETE:
            self.limits.append(f"reply {turn.observation.ending}")
        return split_output(turn.output).answer


def first_block(said: str) -> tuple[str | None, str]:
    """Take the first block of commands out of a reply, line by line, however long it is.

    Returns:
        The commands, None if there is no block that was opened and closed; and what is left.
    """
    lines = said.splitlines(keepends=True)
    start = next((at for at, line in enumerate(lines) if _OPENS.fullmatch(line)), len(lines))
    end = next((at for at in range(start + 1, len(lines)) if _CLOSES.fullmatch(lines[at])), None)
    if end is None:
        return None, said
    commands = "".join(lines[start + 1 : end]).replace("\r\n", "\n")
    return commands, "".join(lines[:start] + lines[end + 1 :])


def _whole_output(outputs: Sequence[ModelOutput]) -> ModelOutput:
    """The last output, with the reasoning of all of them: what a monitor reads."""
    last = outputs[-1]
    if not last.choices:
        return last
    replies = [split_output(output) for output in outputs]
    whole = replace(
        replies[-1],
        reasoning="\n\n".join(reply.reasoning for reply in replies if reply.reasoning),
        closed=all(reply.closed for reply in replies),
    )
    content = reply_content(whole)
    if not whole.reasoning and any(reply.redacted for reply in replies):
        content = [ContentReasoning(reasoning="", redacted=True), ContentText(text=whole.answer)]
    message = last.message.model_copy(update={"content": content})
    choice = last.choices[0].model_copy(update={"message": message})
    choices = [choice, *last.choices[1:]]
    return last.model_copy(update={"choices": choices, "completion": whole.answer})


def _over_all(seen: Sequence[Observation]) -> Observation:
    return Observation(
        requested=seen[-1].requested,
        reasoned=any(one.reasoned for one in seen),
        mismatch=any(one.mismatch for one in seen),
        ending=seen[-1].ending,
        closed=all(one.closed for one in seen),
        redacted=any(one.redacted for one in seen),
    )
