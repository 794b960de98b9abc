"""The code of a chapter: where it stands in the text, and the environment that it runs in."""

import re

FENCE = re.compile(
    r"^(?P<marks>`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ ]*(?P<title>.*)\n(?P<body>(?:.*\n)*?)(?P=marks)[ ]*$",
    re.MULTILINE,
)
OPTIONS = re.compile(r"\A(?:---\n(?:.*\n)*?---\n|(?::[\w-]+:.*\n)+)")
# The environment of a chapter that runs beside others.
ONE_THREAD = dict.fromkeys(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"], "1"
)
