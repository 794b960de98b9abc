"""Check that figures have alt text, colormaps are safe, sources are text, solutions and quizzes in form.

And that every numbered statement says what it rests on: statements.py.

Prints FILE:LINE: fault.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import statements
import yaml
from quiz import questions
from run_labs import SEED

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(
    r"^(?P<marks>`{3,}|:{3,})\{(?P<name>[\w-]+)\}.*\n(?P<body>(?:.*\n)*?)(?P=marks)\s*$", re.MULTILINE
)
HEADER = re.compile(r"\A(?:---\n(?P<block>(?:.*\n)*?)---\n|(?P<lines>(?::[\w-]+:.*\n)+))")
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(")
DRAWS = re.compile(
    r"\bplt\.(?:subplots|subplot_mosaic|figure|plot|bar|hist|imshow|pcolormesh|scatter|contourf?|stem)\("
    r"|\bplots\.(?!use_style\b)[a-z]\w*\("
)
UNSHOWN = {"remove-cell", "remove-output", "remove_cell", "remove_output"}
UNSAFE_MAPS = r"(?:jet|rainbow|hsv|nipy_spectral|gist_\w+|prism|turbo|brg|Spectral|RdYlGn|hot|cool)(?:_r)?"
UNSAFE = re.compile(
    rf"""\b(?:cmap|colormap|set_cmap|get_cmap|colormaps)["']?\s*[=:(\[]\s*["']({UNSAFE_MAPS})["']"""
    rf"""|\bcm\.({UNSAFE_MAPS})\b"""
)
CLOCK = re.compile(r"\btime\.(?:perf_counter|monotonic|time)\b")
UNNAMED = ast.Tuple | ast.Compare | ast.BoolOp
TRUTH = re.compile(r"bool|all|any|(.+\.)?(allclose|isclose|array_equal|all|any)")
FOLDED = {"remove-cell", "remove-input", "hide-input", "hide-cell"}
WIDEST = 77
SHORT = 4  # lines that draw and may be shown: a call of the library
BESIDE = {"index.md", "together.md"}  # pages of a part that are no chapters
FEWEST_WORDS = 5
FEWEST_EXERCISES = 4

Fault = tuple[int, str]


def options_of(body: str) -> tuple[dict, str]:
    """The options at the head of a directive, in either spelling, and what follows them."""
    header = HEADER.match(body)
    if not header:
        return {}, body
    text = header["block"] or "".join(line[1:] for line in header["lines"].splitlines(keepends=True))
    return yaml.safe_load(text) or {}, body[header.end() :]


def alt_fault(alt: object) -> str | None:
    words = str(alt or "").split()
    if not words:
        return "a figure without alt text"
    return f"alt text says too little: {' '.join(words)!r}" if len(words) < FEWEST_WORDS else None


def figure_faults(text: str) -> Iterator[Fault]:
    for fence in FENCE.finditer(text):
        options, content = options_of(fence["body"])
        if fence["name"] == "code-cell":
            shown = UNSHOWN.isdisjoint(options.get("tags") or [])
            alt = ((options.get("mystnb") or {}).get("image") or {}).get("alt")
            fault = alt_fault(alt) if shown and DRAWS.search(content) else None
        else:
            fault = alt_fault(options.get("alt")) if fence["name"] in ("figure", "image") else None
        if fault:
            yield line_of(text, fence.start()), fault
    for image in IMAGE.finditer(text):
        if fault := alt_fault(image["alt"]):
            yield line_of(text, image.start()), fault


def teaching_faults(text: str) -> Iterator[Fault]:
    for fence in FENCE.finditer(text):
        line = line_of(text, fence.start())
        options, _ = options_of(fence["body"])
        if fence["name"] in ("solution", "solution-start") and "dropdown" not in options.get("class", ""):
            yield line, "a solution in the open: give it :class: dropdown"
        if fence["name"] == "quiz":
            try:
                questions(fence["body"])
            except ValueError as fault:
                yield line, str(fault)


def chapter_faults(text: str) -> Iterator[Fault]:
    """What a chapter of the book's parts has, besides what every page has."""
    names = [fence["name"] for fence in FENCE.finditer(text)]
    if not re.search(r"^(`{3,}|:{3,})\{admonition\} What you will learn$", text, re.MULTILINE):
        yield 1, 'a chapter without "What you will learn"'
    if "quiz" not in names:
        yield 1, "a chapter without a quiz"
    if (count := names.count("exercise")) < FEWEST_EXERCISES:
        yield 1, f"a chapter with {count} exercises, fewer than {FEWEST_EXERCISES}"


def lab_faults(text: str) -> Iterator[Fault]:
    """What a lab has, besides what every chapter has."""
    cells = [options_of(fence["body"])[1] for fence in FENCE.finditer(text) if fence["name"] == "code-cell"]
    if not SEED.fullmatch("".join(cells[:1]).strip()):
        yield 1, 'a lab whose first cell is not "seed = ..."'
    if not any(re.search(r"^claims\.settle\(\)$", cell, re.MULTILINE) for cell in cells):
        yield 1, "a lab without its table of claims: claims.settle()"


def width_faults(text: str) -> Iterator[Fault]:
    """Lines of code that a page shows and that would have to be scrolled sideways at 1280 pixels."""
    for fence in FENCE.finditer(text):
        options, content = options_of(fence["body"])
        if fence["name"] == "code-cell" and FOLDED.isdisjoint(options.get("tags") or []):
            begins = fence.start("body") + len(fence["body"]) - len(content)
            for line in re.finditer(rf"^.{{{WIDEST + 1},}}$", content, re.MULTILINE):
                yield line_of(text, begins + line.start()), f"a line of code over {WIDEST} characters"


def timing_faults(text: str) -> Iterator[Fault]:
    """A clock whose reading would depend on which other chapters run beside this one."""
    cells = [fence for fence in FENCE.finditer(text) if fence["name"] == "code-cell"]
    options = [options_of(cell["body"])[0] for cell in cells]
    if not any("timed" in (own.get("tags") or []) for own in options):
        for cell in cells:
            if clock := CLOCK.search(cell["body"]):
                yield line_of(text, cell.start()), f"{clock[0]} in a chapter without a cell tagged timed"


def open_plot_faults(text: str) -> Iterator[Fault]:
    """Code that draws and does not teach is folded; what it computes stands in a cell before it."""
    for fence in FENCE.finditer(text):
        options, content = options_of(fence["body"])
        tags = set(options.get("tags") or [])
        if fence["name"] != "code-cell" or not tags.isdisjoint(FOLDED | UNSHOWN) or not DRAWS.search(content):
            continue
        if "plots.veil(" in content:
            yield line_of(text, fence.start()), "code that tells what is to be guessed: tag it hide-input"
        elif len([line for line in content.splitlines() if line.strip()]) > SHORT:
            yield line_of(text, fence.start()), "plotting code in the open: tag it hide-input"


def label_faults(text: str) -> Iterator[Fault]:
    """Outputs that nothing names: a tuple, a truth value."""
    for fence in FENCE.finditer(text):
        options, content = options_of(fence["body"])
        if fence["name"] != "code-cell" or not UNSHOWN.isdisjoint(options.get("tags") or []):
            continue
        try:
            last = ast.parse(content).body[-1:]
        except SyntaxError:  # a line for the shell
            continue
        if last and isinstance(last[0], ast.Expr) and not content.rstrip().endswith(";"):
            value = last[0].value
            called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
            if isinstance(value, UNNAMED) or TRUTH.fullmatch(called) or getattr(value, "attr", "") == "shape":
                yield line_of(text, fence.start()), "an output without a name: give it one, as in a dict"


def colormap_faults(text: str) -> Iterator[Fault]:
    for match in UNSAFE.finditer(text):
        yield line_of(text, match.start()), f"colormap {match[1] or match[2]!r} misleads color-blind readers"


def source_faults(text: str) -> Iterator[Fault]:
    if "```{code-cell}" in text and not re.match(r"---\n(?:.*\n)*?\s+format_name: myst\n", text):
        yield 1, "cells, but no jupytext header that says MyST"
    for match in re.finditer(r"data:image/", text):
        yield line_of(text, match.start()), "an embedded output"


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def lint(root: Path) -> list[str]:
    found = []
    for path in sorted((root / "chapters").rglob("*")):
        if path.suffix == ".ipynb" and ".ipynb_checkpoints" not in path.parts:
            found.append((path, 1, "a notebook file: chapters are MyST text"))
        if path.suffix == ".md" and ".ipynb_checkpoints" not in path.parts:
            text = path.read_text("utf-8")
            faults = [
                *figure_faults(text),
                *teaching_faults(text),
                *width_faults(text),
                *timing_faults(text),
                *label_faults(text),
                *colormap_faults(text),
                *source_faults(text),
            ]
            if path.parent.name != "part5":  # where labs show how their pictures are made
                faults += open_plot_faults(text)
            if path.parent.name.startswith("part") and path.name not in BESIDE:
                faults += chapter_faults(text)
                faults += lab_faults(text) if path.parent.name == "part5" else []
            found += [(path, *fault) for fault in faults]
    for path in sorted((root / "relulab").rglob("*")):
        if path.suffix in (".py", ".js"):
            found += [(path, *fault) for fault in colormap_faults(path.read_text("utf-8"))]
    found += [(root / path, line, fault) for path, line, fault in statements.faults(root)]
    return [f"{path.relative_to(root)}:{line}: {fault}" for path, line, fault in sorted(found)]


if __name__ == "__main__":
    faults = lint(ROOT)
    print("\n".join(faults) or "The chapters are clean.")
    sys.exit(bool(faults))
