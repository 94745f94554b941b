"""A bar for each task that Inspect runs, for commands that show no display of Inspect's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from inspect_ai.hooks import Hooks, SampleEnd, TaskEnd, TaskStart, hooks
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

_shown: list[Progress] = []
"""The bars, while a command shows them."""
_bars: dict[str, TaskID] = {}
"""Bars by Inspect's id of the task's run."""


@hooks(name="task_progress", description="shows a bar for each task of a thoughtcrime command")
class TaskProgress(Hooks):
    """Moves the bars."""

    def enabled(self) -> bool:
        """Only while a command shows them."""
        return bool(_shown)

    async def on_task_start(self, data: TaskStart) -> None:
        """Add a bar."""
        name = data.spec.task.rpartition("/")[2]
        samples = len(data.spec.dataset.sample_ids or ()) * (data.spec.config.epochs or 1)
        _bars[data.eval_id] = _shown[0].add_task(name, total=samples or None)

    async def on_sample_end(self, data: SampleEnd) -> None:
        """Advance by one."""
        if data.eval_id in _bars:
            _shown[0].advance(_bars[data.eval_id])

    async def on_task_end(self, data: TaskEnd) -> None:
        """Say that it is done; where the console is no terminal, this is all there is to see."""
        if data.eval_id in _bars:
            bar = next(task for task in _shown[0].tasks if task.id == _bars[data.eval_id])
            done = data.log.status == "success"
            # Samples that an earlier run had finished were not asked again.
            _shown[0].update(bar.id, completed=bar.total if done else bar.completed)
            if not _shown[0].console.is_terminal:
                said = "done" if done else data.log.status
                _shown[0].console.print(f"{bar.description}: {said}", markup=False)


@contextmanager
def task_progress(console: Console) -> Iterator[None]:
    """Show a bar for each task that is run meanwhile."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        _shown.append(progress)
        try:
            yield
        finally:
            _shown.clear()
            _bars.clear()
