"""Write codemeta.json from pyproject.toml and CITATION.cff; with --check say whether it is up to date."""

import json
import sys
import tomllib

import yaml
from book_inputs import ROOT

from relulab import __version__

TARGET = ROOT / "codemeta.json"
LICENSES = "https://spdx.org/licenses/{}"


def described():
    """The content of codemeta.json, version 3.0 of its vocabulary."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    paper = citation["references"][0]
    people = [
        {"@type": "Person", "givenName": one["given-names"], "familyName": one["family-names"]}
        for one in paper["authors"]
    ]
    return {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": project["name"],
        "description": " ".join(citation["abstract"].split()),
        "version": __version__,
        "dateModified": str(citation["date-released"]),
        "license": [LICENSES.format(name) for name in citation["license"]],
        "author": [{"@type": "Organization", "name": one["name"]} for one in citation["authors"]],
        "keywords": project["keywords"],
        "programmingLanguage": {"@type": "ComputerLanguage", "name": "Python"},
        "runtimePlatform": f"Python {project['requires-python']}",
        "developmentStatus": "active",
        "softwareRequirements": project["dependencies"],
        "referencePublication": {
            "@type": "ScholarlyArticle",
            "name": paper["title"],
            "author": people,
            "identifier": f"https://doi.org/{paper['doi']}",
            "datePublished": str(paper["year"]),
        },
    }


if __name__ == "__main__":
    text = json.dumps(described(), indent=2, ensure_ascii=False) + "\n"
    if "--check" in sys.argv:
        sys.exit(
            TARGET.read_text("utf-8") != text and "codemeta.json is out of date: python site/make_codemeta.py"
        )
    TARGET.write_text(text, encoding="utf-8")
    print(f"wrote {TARGET}")
