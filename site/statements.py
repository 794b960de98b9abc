"""The numbered statements of the chapters beside chapters/statements.yml, which says what each rests on.

An entry of that file is the label of a statement with

- status: definition, proved, cited, observed or heuristic
- of: what it is about, one of ABOUT; over: any, sampled or all, where a program is over a set of patterns
- rests: labels of statements, or of sections of the appendix; cites: keys of the bibliography
- tests: a list of "test_file.py::test_name", wherever the file is under tests/
- proof: the label of a section with the proof, where none follows the statement

What is observed or heuristic may have no number: then says holds the claim, and where a label in its chapter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import yaml

FILE = "chapters/statements.yml"
STATUSES = ("definition", "proved", "cited", "observed", "heuristic")
ABOUT = {
    "vectors": "sparse vectors",
    "matrices": "matrices",
    "data": "the data alone",
    "network": "the network itself",
    "gated": "the gated program",
    "exact": "the exact program",
    "both": "the gated and the exact program",
}
OVER = {"any": "any set of patterns", "sampled": "sampled patterns", "all": "all patterns"}
DEFINES = {"definition", "notation", "assumption", "axiom"}
LISTS = ("rests", "cites", "tests")
KEYS = {"status", "of", "over", "proof", "says", "where", *LISTS}
DIRECTIVE = re.compile(
    r"^(?P<marks>`{3,}|:{3,})\{prf:(?P<kind>\w+)\} *(?P<title>.*)\n(?P<body>(?:.*\n)*?)(?P=marks)\s*$",
    re.MULTILINE,
)
LABEL = re.compile(r"^(?::label:|label:) *(\S+)\s*$", re.MULTILINE)
TARGET = re.compile(r"^\(([\w-]+)\)=\s*$", re.MULTILINE)
ROLE = r"\{%s\}`(?:[^`<]*<)?([^`>]+)>?`"

Fault = tuple[str, int, str]


@dataclass(frozen=True)
class Statement:
    """One numbered statement: where it stands, and the text of the proof that follows it."""

    label: str | None
    kind: str
    title: str
    page: str
    line: int
    proof: str | None


def statements_of(text: str, page: str) -> Iterator[Statement]:
    """All statements of a page in their order; a proof belongs to the statement right before it."""
    found = list(DIRECTIVE.finditer(text))
    for match, after in zip(found, [*found, None][1:], strict=True):
        if match["kind"] == "proof" or ":nonumber:" in match["body"]:
            continue
        label = LABEL.search(match["body"])
        proof = after["body"] if after and after["kind"] == "proof" else None
        line = text.count("\n", 0, match.start()) + 1
        yield Statement(label and label[1], match["kind"], match["title"].strip(), page, line, proof)


def pages_of(root: Path) -> dict[str, str]:
    paths = sorted((root / "chapters").rglob("*.md"))
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in paths
        if ".ipynb_checkpoints" not in path.parts
    }


def entries_of(root: Path) -> dict[str, dict]:
    path = root / FILE
    return (yaml.safe_load(path.read_text("utf-8")) or {}) if path.exists() else {}


def tests_of(root: Path) -> dict[str, set[str]]:
    """The names of the tests by the name of their file."""
    names: dict[str, set[str]] = {}
    for path in (root / "tests").rglob("test_*.py"):
        found = re.findall(r"^ *(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
        names.setdefault(path.name, set()).update(found)
    return names


def leans_on(proof: str, known: set[str]) -> set[str]:
    """The statements and sections of the appendix that a proof names."""
    named = re.findall(ROLE % "prf:ref", proof)
    return {*named, *(label for label in re.findall(ROLE % "ref", proof) if label in known)}


def sources_of(proof: str) -> set[str]:
    keys = re.findall(ROLE % r"cite(?::\w+)?", proof)
    return {key.strip() for group in keys for key in group.split(",")}


def faults(root: Path) -> list[Fault]:
    """What is wrong between the chapters, the entries and the tests: (file, line, fault)."""
    pages, entries = pages_of(root), entries_of(root)
    statements = [statement for page, text in pages.items() for statement in statements_of(text, page)]
    found = [*unmatched(statements, entries)]
    by_label = {statement.label: statement for statement in statements}
    targets = {label: page for page, text in pages.items() for label in TARGET.findall(text)}
    appendix = {label for label, page in targets.items() if Path(page).stem == "appendix"}
    bibliography = root / "chapters/references.bib"
    listed = bibliography.read_text("utf-8") if bibliography.exists() else ""
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", listed, re.MULTILINE))
    tests, text = tests_of(root), (root / FILE).read_text("utf-8") if entries else ""
    for label, entry in entries.items():
        starts = [*re.finditer(rf"^{re.escape(label)}:", text, re.MULTILINE)]
        line = text.count("\n", 0, starts[-1].start()) + 1 if starts else 1
        said = [*entry_faults(entry, by_label.get(label), targets)]
        if len(starts) > 1:
            said.append("it has two entries")
        if not said:
            said += names_faults(entry, {*entries, *appendix}, keys, tests)
        if not said and (statement := by_label.get(label)):
            said += proof_faults(entry, statement, appendix, targets, pages)
        found += [(FILE, line, f"{label}: {fault}") for fault in said]
    graph = {label: entry.get("rests", []) for label, entry in entries.items() if isinstance(entry, dict)}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found.append((FILE, 1, "statements rest on each other: " + " on ".join(reversed(error.args[1]))))
    return found


def unmatched(statements: list[Statement], entries: dict) -> Iterator[Fault]:
    """Statements without a label or an entry, and labels that stand twice."""
    seen = set()
    for statement in statements:
        where = statement.page, statement.line
        if statement.label is None:
            yield *where, f"a {statement.kind} without a label: it needs one, and an entry in {FILE}"
        elif statement.label in seen:
            yield *where, f"the label {statement.label} stands twice"
        elif statement.label not in entries:
            yield *where, f"{statement.label} has no entry in {FILE}"
        seen.add(statement.label)


def entry_faults(entry: object, statement: Statement | None, targets: dict) -> Iterator[str]:
    """What is wrong with the form of an entry."""
    if not isinstance(entry, dict) or not set(entry) <= KEYS:
        yield f"an entry has no more than {', '.join(sorted(KEYS))}"
        return
    status = entry.get("status")
    if status not in STATUSES:
        yield f"status must be one of {', '.join(STATUSES)}, not {status!r}"
        return
    for name in LISTS:
        if not isinstance(entry.get(name, []), list):
            yield f"{name} must be a list"
    if entry.get("of") not in ABOUT:
        yield f"of must be one of {', '.join(ABOUT)}, not {entry.get('of')!r}"
    elif (entry["of"] in ("gated", "exact", "both")) != (entry.get("over") in OVER):
        yield "over must be any or all, for a claim about a program and for no other"
    if statement is None:
        if status not in ("observed", "heuristic") or not {"says", "where"} <= set(entry):
            yield "no statement has this label, and it is no observed or heuristic claim with says and where"
        elif entry["where"] not in targets:
            yield f"no chapter has the label {entry['where']}"
    elif {"says", "where"} & set(entry):
        yield "a statement says itself what it says, and where"
    elif (status == "definition") != (statement.kind in DEFINES):
        yield f"a {statement.kind} is not {'a ' if status == 'definition' else ''}{status}"
    if status not in ("definition", "cited") and not entry.get("tests"):
        yield f"what is {status} needs a test"
    if status == "cited" and not entry.get("cites"):
        yield "what is cited needs its source in cites"


def names_faults(entry: dict, labels: set, keys: set, tests: dict) -> Iterator[str]:
    """Names in an entry that nothing has."""
    for label in entry.get("rests", []):
        if label not in labels:
            yield f"it rests on {label}, which is no entry and no section of the appendix"
    for key in entry.get("cites", []):
        if key not in keys:
            yield f"{key} is not in the bibliography"
    for test in entry.get("tests", []):
        file, _, name = str(test).partition("::")
        if name not in tests.get(file, ()):
            yield f"there is no test {test}"


def proof_faults(
    entry: dict, statement: Statement, appendix: set, targets: dict, pages: dict
) -> Iterator[str]:
    """A proof that is missing, or that leans on more than the entry says."""
    place = entry.get("proof")
    if place is not None and place not in targets:
        yield f"no chapter has the label {place}, where the proof should be"
        return
    proof = statement.proof
    if place is not None:
        rest = pages[targets[place]].split(f"({place})=", 1)[1]
        following = next((match for match in DIRECTIVE.finditer(rest) if match["kind"] == "proof"), None)
        proof = following and following["body"]
    if entry["status"] == "proved" and proof is None:
        yield "it is called proved, and no proof follows it"
    if proof is None:
        return
    for label in sorted(leans_on(proof, appendix) - {statement.label, *entry.get("rests", [])}):
        yield f"its proof names {label}, which rests does not"
    for key in sorted(sources_of(proof) - set(entry.get("cites", []))):
        yield f"its proof cites {key}, which cites does not"
