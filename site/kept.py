"""What is known of the pages since they were written: JSON files beside them, which go when they go."""

import hashlib
import json
from pathlib import Path

FOLDER = "kept"


class Kept:
    """What is kept under one name, beside the folder of the pages."""

    def __init__(self, html: Path, name: str):
        self.path = Path(html).parent / FOLDER / f"{name}.json"

    def read(self) -> dict:
        return json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def write(self, found: dict) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(found), "utf-8")


def digest(*parts) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
