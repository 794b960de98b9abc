"""The code of a chapter: where it stands in the text, and the environment that it runs in."""

import os
import re
import sys
from pathlib import Path

FENCE = re.compile(
    r"^(?P<marks>`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ ]*(?P<title>.*)\n(?P<body>(?:.*\n)*?)(?P=marks)[ ]*$",
    re.MULTILINE,
)
OPTIONS = re.compile(r"\A(?:---\n(?:.*\n)*?---\n|(?::[\w-]+:.*\n)+)")
# The environment of a chapter that runs beside others.
ONE_THREAD = dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"], "1"
)
ABSENT = Path(__file__).parent / "absent"  # in place of libraries that would only cost time


def leave_out() -> None:
    """This process, and those that it starts, do without them."""
    sys.path.insert(0, str(ABSENT))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ABSENT), os.environ.get("PYTHONPATH")]))
