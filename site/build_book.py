"""Build the book unless the last successful build already used the same inputs: build_book.py [FOLDER].

With ONLY=part3/linear-neuron in the environment (a part of a chapter's path, or several with spaces) only
those chapters are executed and warnings pass: a quick look while writing, not the book. SOLUTIONS=0 leaves
out the solutions.

After a successful build that differs in the text of chapters alone, only those are read again, and only pages
that would differ are written (`stale_pages`).
"""

import gc
import os
import shutil
import sys
import time
import traceback
from pathlib import Path

from book_inputs import ROOT, frame_key, text_key
from chapter_code import leave_out
from kept import FOLDER

leave_out()


def build(book: Path) -> int:
    html = book / "_build" / "html"
    stamp = book / "_build" / "built"
    edition = [os.environ.get(name, "") for name in ("ONLY", "SOLUTIONS")]
    frame, text = " ".join([frame_key(book), *edition]), text_key(book)
    last = stamp.read_text().split("\n") if stamp.exists() and (html / "index.html").exists() else ["", ""]
    if last == [frame, text]:
        print("Nothing changed since the last build.")
    else:
        stamp.unlink(missing_ok=True)
        from_nothing = last[0] != frame
        if from_nothing:
            for folder in (html, book / "_build" / FOLDER):
                shutil.rmtree(folder, ignore_errors=True)
        start = time.monotonic()
        if failed(book, from_nothing):
            print(f"\nThe book was not built: {book} (see the warnings and errors above).", file=sys.stderr)
            return 1
        stamp.write_text(f"{frame}\n{text}")
        print(f"Built in {time.monotonic() - start:.0f} s.")
    print(f"The book: {html / 'index.html'}\nOpen that file in a browser, or run `make serve`.")
    return 0


def failed(book: Path, from_nothing: bool) -> bool:
    """Run Jupyter Book; its own command reads either all pages again or writes the changed ones only."""
    from jupyter_book.sphinx import build_sphinx

    # Pages are trees full of circles: to look for garbage as often as usual takes a third of a build.
    gc.set_threshold(1_000_000, 50, 1000)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = build_sphinx(
        book,
        book / "_build" / "html",
        noconfig=True,
        path_config=book / "_config.yml",
        confoverrides={"external_toc_path": str(book / "_toc.yml"), "latex_individualpages": False},
        warningiserror=not os.environ.get("ONLY"),
        keep_going=True,
        freshenv=from_nothing,
        force_all=True,
    )
    if isinstance(result, BaseException):
        traceback.print_exception(result)
    return bool(result)


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT))
