"""Array libraries other than NumPy, for tests that a computation is the same in each."""

import array_api_compat.torch as torch
import array_api_strict as strict
import pytest

OTHERS = [pytest.param(strict, id="strict"), pytest.param(torch, id="torch")]
