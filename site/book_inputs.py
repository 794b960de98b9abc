"""What the built pages depend on, as digests: a page is stale exactly when one of these changes."""

import hashlib
import platform
from collections.abc import Iterable
from pathlib import Path

from figure_face import sources

ROOT = Path(__file__).resolve().parents[1]
NOT_SOURCE = {"__pycache__", ".ipynb_checkpoints", "vendor"}


def files_under(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if NOT_SOURCE.isdisjoint(path.relative_to(folder).parts))


def digest(files: Iterable[Path], *words: str) -> str:
    total = hashlib.sha256("\n".join(words).encode())
    for path in files:
        total.update(f"\n{path}\n{hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return total.hexdigest()


def execution_key(root: Path = ROOT) -> str:
    """Changes when an executed cell could give something else: with library, lock, Python or letters."""
    letters = [*sources(root), root / "site" / "figure_face.py"] if sources(root) else []
    files = [*files_under(root / "relulab"), root / "constraints.txt", *letters]
    return digest(files, platform.python_version())[:16]


def frame_key(book: Path, root: Path = ROOT) -> str:
    """Changes when pages could look different whose own text has not changed."""
    rest = [path for path in files_under(book / "chapters") if path.suffix != ".md"]
    house = [*files_under(root / "site"), root / "package-lock.json"]
    return digest([book / "_config.yml", book / "_toc.yml", *rest, *house], execution_key(root))


def text_key(book: Path) -> str:
    """Changes with the text of any chapter."""
    return digest(path for path in files_under(book / "chapters") if path.suffix == ".md")
