"""Tables of items: a set on the Hugging Face hub, a file, or a folder with the hub's files.

Whatever is read is untrusted. Of a folder, only files that lie in it are read, and only as data:
no loading script, no configuration that could name other files or addresses.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.paths import from_user

HUB = "hub"
MOST_BYTES = 256 << 20
MOST_ROWS = 100_000
LONGEST = 200_000
"""Characters of one field."""

_BUILDERS = {".csv": "csv", ".jsonl": "json", ".parquet": "parquet", ".arrow": "arrow"}
_SPLITS = ("validation", "test", "train")


@dataclass(frozen=True, slots=True)
class HubSet:
    """A data set on the hub, at one revision.

    Attributes:
        path: `owner/name`.
        config: Its configuration.
        split: Its split.
        revision: The commit.
        gated: Whoever wants it has to accept its terms first.
    """

    path: str
    config: str
    split: str
    revision: str
    gated: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row, whose columns are known by more than one spelling.

    Attributes:
        values: Column, in lower case with underscores, to value.
        number: Its number, from 1.
        source: Where it is from, for errors.
    """

    values: Mapping[str, Any]
    number: int
    source: str

    def text(self, column: str, default: str | None = None) -> str:
        """A column's text; SetupError where there is none and no default."""
        said = cell(self.values.get(column))
        if not said.strip():
            if default is None:
                raise self.unusable(f"it has no {column}")
            return default
        if len(said) > LONGEST:
            raise self.unusable(f"{column} is longer than {LONGEST} characters")
        return said

    def texts(self, column: str) -> tuple[str, ...]:
        """A column's list; a text is split at semicolons."""
        value = self.values.get(column)
        parts = value if isinstance(value, list | tuple) else cell(value).split(";")
        texts = [cell(part).strip() for part in parts]
        if sum(map(len, texts)) > LONGEST:
            raise self.unusable(f"{column} is longer than {LONGEST} characters")
        return tuple(text for text in texts if text)

    def name(self) -> str:
        """The row's id, or its number."""
        for column in ("id", "task_id"):
            name = cell(self.values.get(column)).strip()
            if name:
                return re.sub(r"[^\w.:+-]+", "-", name)[:200]
        return f"row-{self.number}"

    def unusable(self, reason: str) -> SetupError:
        """The error that says which row cannot be used and why."""
        return SetupError(f"{self.source}, row {self.number}: {reason}")


def cell(value: Any) -> str:
    """A field as text; a missing one is empty."""
    if value is None or value != value:
        return ""
    return str(value)


def read_table(source: str, hub: HubSet) -> Iterator[Row]:
    """Read a table's rows.

    Args:
        source: `hub`, a file or a folder.
        hub: What `hub` stands for.

    Raises:
        SetupError: It cannot be had or read; the sentence says what to do.
    """
    if not isinstance(source, str):
        raise SetupError(f"questions must be one file, folder or 'hub', not {source!r}")
    table = _from_hub(hub) if source == HUB else _from_disk(source)
    if not 0 < len(table) <= MOST_ROWS:
        raise SetupError(f"{source} has {len(table)} rows: 1 to {MOST_ROWS} can be used")
    shown = f"{hub.path}@{hub.revision[:7]}" if source == HUB else source
    for number, row in enumerate(table, start=1):
        values = {str(key).strip().lower().replace(" ", "_"): row[key] for key in row}
        yield Row(values, number, shown)


def _from_hub(hub: HubSet) -> Any:
    from datasets import load_dataset
    from datasets.exceptions import DatasetNotFoundError
    from huggingface_hub.errors import HfHubHTTPError

    named = f"{hub.path} (revision {hub.revision[:7]})"
    try:
        return load_dataset(hub.path, hub.config, split=hub.split, revision=hub.revision)
    except DatasetNotFoundError as error:
        if hub.gated:
            raise SetupError(
                f"{named} needs its terms accepted: agree to them at "
                f"https://huggingface.co/datasets/{hub.path} while logged in, then run "
                "`hf auth login` (or set HF_TOKEN) here; without questions=hub the shipped items "
                "are used"
            ) from error
        raise SetupError(f"{named} cannot be found on the Hugging Face hub") from error
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise SetupError(
            f"{named} cannot be loaded from the Hugging Face hub ({type(error).__name__}): check "
            "the network and HF_HUB_OFFLINE, or give a file of yours; without questions=hub the "
            "shipped items are used"
        ) from error


def _from_disk(source: str) -> Any:
    path = from_user(source)
    files = _files(path) if path.is_dir() else [path]
    if not files:
        raise SetupError(f"{source} holds no {', '.join(_BUILDERS)} file")
    kind = files[0].suffix.lower()
    if kind not in _BUILDERS:
        raise SetupError(
            f"{source}: its name must end in {', '.join(_BUILDERS)}, or be a folder of such files"
        )
    try:
        size = sum(file.stat().st_size for file in files)
    except OSError as error:
        raise SetupError(f"{source} cannot be read: {error.strerror}") from error
    if size > MOST_BYTES:
        raise SetupError(f"{source} is larger than {MOST_BYTES >> 20} MB")
    return _load(kind, files, source)


def _load(kind: str, files: list[Path], source: str) -> Any:
    from datasets import load_dataset

    try:
        # A cache of its own: what is read here is read once, and never from an earlier run.
        with tempfile.TemporaryDirectory() as cache:
            return load_dataset(
                _BUILDERS[kind],
                data_files=[str(file) for file in files],
                split="train",
                cache_dir=cache,
                keep_in_memory=True,
            )
    except Exception as error:  # pandas, pyarrow and datasets each have errors of their own
        cause = error.__cause__ or error
        reason = " ".join(str(cause).split())[:200]
        raise SetupError(f"{source} cannot be read as a table: {reason}") from error


def _files(folder: Path) -> list[Path]:
    """The files of one split of one kind that lie in a folder, links out of it left alone."""
    inside = folder.resolve()
    found = sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in _BUILDERS
        and file.is_file()
        and file.resolve().is_relative_to(inside)
    )
    # A hub repository may hold several configurations; the one with reference answers is this.
    found = [file for file in found if "generation" in file.parts] or found
    for split in _SPLITS:
        of_split = [file for file in found if split in str(file.relative_to(folder))]
        if of_split:
            found = of_split
            break
    return [file for file in found if file.suffix == found[0].suffix]
