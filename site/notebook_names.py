"""What a notebook calls things that stand elsewhere: other chapters, their theorems, the literature."""

import os
import re

from pybtex.database import parse_file
from pybtex.richtext import Text

ARXIV = re.compile(r"arXiv:\s*([\w./-]+)", re.IGNORECASE)


def citations(bibliography) -> dict[str, str]:
    """For each entry of a BibTeX file how a sentence names it and how a bracket does, with a link."""
    names = {}
    for key, entry in parse_file(bibliography, bib_format="bibtex").entries.items():
        people, year, address = authors(entry), entry.fields.get("year", ""), address_of(entry)
        names[f"cite:t {key}"] = linked(f"{people} ({year})", address)
        names[f"cite {key}"] = linked(f"{people}, {year}", address)
    return names


def authors(entry):
    names = [str(Text.from_latex(" ".join(person.last_names))) for person in entry.persons["author"]]
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def address_of(entry):
    if doi := entry.fields.get("doi"):
        return f"https://doi.org/{doi}"
    paper = ARXIV.search(" ".join(entry.fields.get(name, "") for name in ("note", "journal", "howpublished")))
    return f"https://arxiv.org/abs/{paper[1]}" if paper else entry.fields.get("url")


def elsewhere(here: str, titles: dict[str, str], names: dict[str, dict[str, str]]) -> dict[str, str]:
    """The chapters and their labels as the chapter `here` links to them."""
    found = {}
    for document in titles.keys() - {here}:
        path = os.path.relpath(document, os.path.dirname(here))
        found[path] = linked(titles[document], f"{path}.ipynb")
        found |= {label: linked(name, f"{path}.ipynb") for label, name in names[document].items()}
    return found


def linked(words, address):
    return f"[{words}]({address})" if address else words


def with_link_of(words, name):
    """Other words with the link that a name carries."""
    address = re.search(r"\]\(([^()]*)\)$", name)
    return linked(words, address and address[1])
