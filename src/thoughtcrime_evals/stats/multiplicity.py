"""Many tests at once: p-values that allow for their number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.multitest import multipletests

from thoughtcrime_evals.stats.arrays import between, numbers


@dataclass(frozen=True, slots=True)
class Adjusted:
    """P-values adjusted for their number.

    Attributes:
        p: Adjusted p-values, in the order given.
        rejected: Whether each is at most alpha.
        alpha: The rate that the procedure keeps to.
    """

    p: tuple[float, ...]
    rejected: tuple[bool, ...]
    alpha: float


def holm(p_values: ArrayLike, alpha: float = 0.05) -> Adjusted:
    """Keep the chance of any false alarm: for what decides something.

    Args:
        p_values: One a test, dependent or not, shape (tests,).
        alpha: Chance, at most, of one or more false rejections.

    Returns:
        The adjusted p-values.

    Source:
        Holm (1979), Scand. J. Stat. 6(2). statsmodels' multipletests.
    """
    return _adjusted(p_values, alpha, "holm")


def benjamini_hochberg(p_values: ArrayLike, alpha: float = 0.05) -> Adjusted:
    """Keep the share of false alarms among the alarms: for what is looked over.

    Args:
        p_values: One a test, independent or positively dependent, shape (tests,).
        alpha: Expected share, at most, of false rejections among the rejections.

    Returns:
        The adjusted p-values.

    Source:
        Benjamini & Hochberg (1995), JRSS B 57(1). statsmodels' multipletests.
    """
    return _adjusted(p_values, alpha, "fdr_bh")


def _adjusted(p_values: ArrayLike, alpha: float, method: str) -> Adjusted:
    """Have statsmodels adjust, once it is sure that these are p-values."""
    values = np.atleast_1d(numbers(p_values, "p-values"))
    between(alpha, "alpha")
    if values.ndim != 1 or (values < 0).any() or (values > 1).any():
        raise ValueError("p-values must lie between 0 and 1, in one row")
    if values.size == 0:
        return Adjusted((), (), alpha)
    rejected, adjusted, _, _ = multipletests(values, alpha=alpha, method=method)
    return Adjusted(tuple(adjusted.tolist()), tuple(rejected.tolist()), alpha)
