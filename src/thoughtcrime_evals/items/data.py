"""The package's own data files, checked against their schema as they are read."""

from __future__ import annotations

from importlib.resources import files
from typing import TypeVar

import yaml
from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def read_items(probe: str, kind: type[M]) -> M:
    """Read `datasets/PROBE/items.yaml`.

    Args:
        probe: The probe's name.
        kind: The file's schema.
    """
    text = files("thoughtcrime_evals").joinpath(f"datasets/{probe}/items.yaml").read_text("utf-8")
    return kind.model_validate(yaml.safe_load(text))
