"""Build the book unless the last successful build already used the same inputs: build_book.py [FOLDER].

With ONLY=part3/linear-neuron in the environment (a part of a chapter's path, or several with spaces) only
those chapters are executed and warnings pass: a quick look while writing, not the book. SOLUTIONS=0 leaves
out the solutions.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from book_inputs import ROOT, build_key


def build(book: Path) -> int:
    html = book / "_build" / "html"
    stamp = book / "_build" / "built"
    key = " ".join([build_key(book), *(os.environ.get(name, "") for name in ("ONLY", "SOLUTIONS"))])
    if (html / "index.html").exists() and stamp.exists() and stamp.read_text() == key:
        print("Nothing changed since the last build.")
    else:
        stamp.unlink(missing_ok=True)
        shutil.rmtree(html, ignore_errors=True)
        start = time.monotonic()
        if status := run_jupyter_book(book):
            print(f"\nThe book was not built: {book} (see the warnings and errors above).", file=sys.stderr)
            return status
        stamp.write_text(key)
        print(f"Built in {time.monotonic() - start:.0f} s.")
    print(f"The book: {html / 'index.html'}\nOpen that file in a browser, or run `make serve`.")
    return 0


def run_jupyter_book(book: Path) -> int:
    tools = Path(sys.executable).parent
    # --all, because a build that failed on a warning passes when it is repeated on the unchanged pages only.
    strict = [] if os.environ.get("ONLY") else ["-W"]
    command = [tools / "jupyter-book", "build", book, *strict, "--keep-going", "--all"]
    return subprocess.call(command, env=os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"})


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT))
