"""The order of the book, as its table of contents has it."""

from pathlib import Path

import yaml


def chapters_in_order(toc: Path) -> list[tuple[str | None, str]]:
    """Pairs (part, chapter); the first chapter of a part carries its caption."""
    book = yaml.safe_load(toc.read_text("utf-8"))
    found = [(None, book["root"])] + [(None, chapter["file"]) for chapter in book.get("chapters", [])]
    for part in book.get("parts", []):
        found += [(part["caption"] if i == 0 else "", c["file"]) for i, c in enumerate(part["chapters"])]
    return found
