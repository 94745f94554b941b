"""Whether this machine can have the jail that commands run in."""

from functools import cache

import pytest

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.sandbox.namespace import check_jail


@cache
def no_jail() -> str:
    """Why there can be none; empty where there can."""
    try:
        check_jail()
    except SetupError as error:
        return error.message
    return ""


needs_jail = pytest.mark.skipif(bool(no_jail()), reason=no_jail() or "there is a jail")
