"""Every chapter as an executed notebook that runs by itself: the book's own markup becomes plain Markdown."""

import ast
import json
import re
import zipfile
from pathlib import Path

import nbformat
from chapter_code import FENCE, OPTIONS
from kept import Kept, digest
from notebook_names import citations, elsewhere, with_link_of
from quiz import as_markdown

from relulab.plots.narrow import parted

ROLE = re.compile(r"\{(?P<name>[\w:]+)\}`(?P<text>[^`]+)`")
TARGET = re.compile(r"^\((?P<label>[\w:-]+)\)=\n(?:#+ (?P<heading>.*))?", re.MULTILINE)
LETTER = re.compile(r"\[(?P<letter>\$[^$]+\$)\](?:\(#notation-[\w-]+\)|\{#notation-[\w-]+\})")
WITHOUT_JS = re.compile(r"\[(?P<words>[^\]]+)\]\{\.without-js\}")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
NUMBERED_EQUATION = re.compile(r"^\$\$ *\((?P<label>[\w:-]+)\) *$", re.MULTILINE)
GATE = re.compile(r"(^`{3,}\{solution-(?:start|end)\}[^`]*^`{3,}$)", re.MULTILINE)
FOLD, UNFOLD = "<details><summary>Solution</summary>\n\n", "\n\n</details>\n\n"
LABEL = re.compile(r"^:label: (\S+)", re.MULTILINE)
UNSHOWN = {"hide-input", "remove-input", "remove-cell"}
SHOWN_AS_QUOTE = {"admonition", "note", "tip", "warning", "important", "caution", "hint", "seealso"}
ARCHIVE = "relulab-notebooks.zip"
READ_ME = """# The chapters of relulab, as notebooks

    unzip {archive} -d relulab-notebooks && cd relulab-notebooks
    python -m venv env && . env/bin/activate
    pip install jupyterlab {library}
    jupyter lab

The library, `relulab`, is in the repository of the book{place}; Python 3.11 or newer.
The notebooks keep their outputs, and each one runs by itself.
"""
INSTALL = """# On a machine without the library (Colab, for one), this installs it.
import importlib.util

if importlib.util.find_spec("relulab") is None:
    %pip install -q "relulab[train] @ git+{repository}"
"""


def export(notebook, values: dict, names: dict, target: Path, repository: str = "", solutions: bool = True):
    """Write the notebook of one chapter, with the values that its prose glues and the names of its labels."""
    cells = []
    for cell in (folded_solutions if solutions else without_solutions)(notebook.cells):
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source, values, names)
        else:
            cell.source = without_glue(cell.source)
            if UNSHOWN & set(cell.metadata.get("tags", [])):
                cell.metadata.setdefault("jupyter", {"source_hidden": True})
            cell.outputs = [
                output for output in cell.outputs if "scrapbook" not in output.get("metadata", {})
            ]
            for output in cell.outputs:
                if drawing := output.get("data", {}).get("image/svg+xml"):
                    output["data"]["image/svg+xml"] = parted(drawing)[0]
        if cell.source.strip():
            cells.append(cell)
        if figure := cell.metadata.pop("mystnb", {}).get("figure"):
            caption = plain(figure.get("caption", ""), values, names)
            cells.append(
                nbformat.v4.new_markdown_cell(f"*{names.get(figure.get('name'), 'Figure')}. {caption}*")
            )
    if repository:
        cells.insert(1, nbformat.v4.new_code_cell(INSTALL.format(repository=repository).strip()))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"  # the same in every build
    notebook.cells = cells
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"]}
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)


def without_solutions(cells):
    """The cells outside of solutions."""
    inside = False
    for cell in cells:
        if cell.cell_type == "markdown":
            kept = []
            for piece in GATE.split(cell.source):
                if GATE.match(piece):
                    inside = "{solution-start}" in piece
                elif not inside:
                    kept.append(FENCE.sub(lambda m: "" if m["name"] == "solution" else m[0], piece + "\n"))
            cell.source = "".join(kept).strip()
            yield cell
        elif not inside:
            yield cell


def folded_solutions(cells):
    """The cells, closed inside of solutions until the reader opens them."""
    inside = False
    for cell in cells:
        if cell.cell_type == "markdown":
            text = FOLD if inside else ""
            for piece in GATE.split(cell.source):
                if GATE.match(piece):
                    inside = "{solution-start}" in piece
                    text += f"\n\n{FOLD}" if inside else UNFOLD
                else:
                    text += piece.strip()
            cell.source = (text + (UNFOLD if inside else "")).replace(FOLD + UNFOLD, "")
        elif inside:
            cell.source = f"# Solution\n{cell.source}"  # the line that stays visible
            cell.metadata["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
        yield cell


def without_glue(source):
    """The code without the statements that hand numbers to the prose."""
    if "glue" not in source:
        return source
    lines = source.splitlines()
    for statement in ast.walk(ast.parse(source)):
        call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        hands_over = call and getattr(statement.value.func, "id", "") == "glue"
        imports = isinstance(statement, ast.ImportFrom) and statement.module == "myst_nb"
        if hands_over or imports:
            keep = " " * statement.col_offset + "pass" if statement.col_offset else None
            lines[statement.lineno - 1 : statement.end_lineno] = [keep] + [None] * (
                statement.end_lineno - statement.lineno
            )
    return "\n".join(line for line in lines if line is not None).strip()


def title_of(cells):
    return TITLE.search("\n".join(cell.source for cell in cells if cell.cell_type == "markdown"))[1]


def names_in(cells):
    """What the text calls each labeled equation, figure and theorem."""
    headings = [m for cell in cells for m in TARGET.finditer(cell.source) if m["heading"]]
    names = {m["label"]: m["heading"].strip() for m in headings}
    equations = [m["label"] for cell in cells for m in NUMBERED_EQUATION.finditer(cell.source)]
    names |= {label: f"({number})" for number, label in enumerate(equations, 1)}
    figures = [cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in cells]
    names |= {label: f"Figure {number}" for number, label in enumerate(filter(None, figures), 1)}
    for cell in cells:
        for fence in FENCE.finditer(cell.source + "\n"):
            if label := LABEL.search(fence["body"]):
                title = fence["title"].strip()
                names[label[1]] = f"{kind_of(fence['name'])}{f' ({title})' if title else ''}"
    return names


def plain(text, values, names):
    """MyST as Markdown that any notebook reads."""
    text = FENCE.sub(lambda fence: directive(fence, values, names), text + "\n")
    text = NUMBERED_EQUATION.sub(
        lambda m: f"\\tag{{{names[m['label']].strip('()')}}}\n$$", TARGET.sub(without_label, text)
    )
    text = WITHOUT_JS.sub(r"\g<words>", LETTER.sub(r"\g<letter>", text))
    return ROLE.sub(lambda role: inline(role["name"], role["text"], values, names), text).strip()


def without_label(target):
    return target[0].split("\n", 1)[1]


def kind_of(name):
    return name.removeprefix("prf:").replace("-", " ").capitalize()


def directive(fence, values, names):
    name, title = fence["name"], fence["title"].strip()
    body = plain(OPTIONS.sub("", fence["body"]), values, names)
    if name == "quiz":
        return as_markdown(body)
    if name == "math":
        return f"$$\n{body}\n$$"
    if name in SHOWN_AS_QUOTE:
        heading = title if name == "admonition" else kind_of(name)
        return "\n".join(f"> {line}".rstrip() for line in f"**{heading}**\n\n{body}".splitlines())
    if name == "solution":
        return f"<details><summary>Solution</summary>\n\n{body}\n\n</details>"
    if name.startswith("prf:") or name == "exercise":
        return f"**{kind_of(name)}{f' ({title})' if title else ''}.** {body}"
    return body if name not in ("bibliography", "index") else ""


def inline(name, text, values, names):
    shown, _, target = (part.strip(" >") for part in text.partition("<"))
    if name.startswith("glue"):
        key, _, form = text.partition(":")
        value = values.get(key, {}).get("data", {}).get("text/plain", key)
        return format(ast.literal_eval(value), form) if form else value.strip("'")
    if name == "cite:t":
        return names.get(f"cite:t {text}", text)
    if name == "cite":
        return f"({', '.join(names.get(f'cite {key.strip()}', key) for key in text.split(','))})"
    if target:
        return with_link_of(shown, names.get(target, ""))
    if name == "doc":
        return names.get(text, text.rsplit("/", 1)[-1].replace("-", " "))
    return names.get(text, text)


def export_all(build: Path, html: Path, bibliography: Path, **options) -> None:
    """Write the notebooks of all chapters that have code beside the pages, but for those that stand so."""
    executed, kept = build / "jupyter_execute", Kept(html, "notebooks")
    before, now, cited = kept.read(), {}, citations(bibliography)
    paths = {
        path.relative_to(executed).with_suffix("").as_posix(): path
        for path in sorted((executed / "chapters").rglob("*.ipynb"))
    }
    for document, path in paths.items():
        now[document] = {"content": digest(path.read_text("utf-8"), glued(path))}
        known = before.get(document, {})
        if known.get("content") != now[document]["content"]:
            cells = nbformat.read(path, 4).cells
            known = {"title": title_of(cells), "names": names_in(cells)}
        now[document] |= {name: known[name] for name in ("title", "names")}
    titles = {document: one["title"] for document, one in now.items()}
    names = {document: one["names"] for document, one in now.items()}
    for document, one in now.items():
        known = cited | elsewhere(document, titles, names) | names[document]
        one["made of"] = digest(one["content"], sorted(known.items()), sorted(options.items()))
        target = html / "_sources" / f"{document}.ipynb"
        if one["made of"] != before.get(document, {}).get("made of") or not target.exists():
            notebook = nbformat.read(paths[document], 4)
            export(notebook, json.loads(glued(paths[document])), known, target, **options)
    if now != before or not (html / ARCHIVE).exists():
        pack_all(html, now, options.get("repository", ""))
    kept.write(now)


def glued(executed: Path) -> str:
    """The values that an executed chapter hands to its prose, as JSON."""
    path = executed.with_suffix(".glue.json")
    return path.read_text("utf-8") if path.exists() else "{}"


def pack_all(html: Path, documents, repository: str = "") -> None:
    """All notebooks in one archive, which is the same for the same notebooks."""
    library = "'relulab[train,estimators] @ {}'".format(f"git+{repository}" if repository else "FOLDER")
    place = f", {repository}" if repository else "; put the folder of your copy for FOLDER, as file:///..."
    with zipfile.ZipFile(html / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        read_me = READ_ME.format(archive=ARCHIVE, library=library, place=place)
        archive.writestr(zipfile.ZipInfo("README.md"), read_me)
        for document in sorted(documents):
            text = (html / "_sources" / f"{document}.ipynb").read_bytes()
            archive.writestr(zipfile.ZipInfo(f"{document}.ipynb"), text, zipfile.ZIP_DEFLATED)
