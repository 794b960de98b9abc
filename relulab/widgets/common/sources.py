"""The text of a widget: plain files one after another, so that no bundler stands between source and page.

A page carries it, with its style, once for every instance: less than 60 kB. The larger ones
come compressed; what the page unpacks are the files as they are, without the lines that are only a comment.
"""

import base64
import gzip
import json
import re
import zlib
from pathlib import Path

WIDGETS = Path(__file__).parents[1]
COMMENT = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
COMPUTING = ("numerics", "problems", "blocks", "exact", "decision", "lab")  # together they are relulab()
LABORATORY = tuple(f"laboratory/{name}.js" for name in COMPUTING)
# With these behind them, everywhere().
WHOLE = ("arrangements", "gated_everywhere", "half_trees", "real_network", "everywhere")
EVERYWHERE = tuple(f"laboratory/{name}.js" for name in WHOLE)

UNPACK = """
const bytes = Uint8Array.from(atob("{}"), (letter) => letter.charCodeAt(0));
const text = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
const address = URL.createObjectURL(new Blob([await text], {{ type: "text/javascript" }}));
export default (await import(address)).default;
"""


def joined(*names):
    """The text of these files, folder and name, in this order."""
    return "\n".join((WIDGETS / name).read_text("utf-8") for name in names)


def packed(*names):
    """A module that unpacks the files' text, a module too, in the page: a third of the bytes."""
    text = COMMENT.sub("", joined(*names))
    return UNPACK.format(base64.b64encode(zlib.compress(text.encode(), 9)).decode())


def as_bytes(value):
    """What `unpack` in player.js makes the same value of: JSON, compressed."""
    return gzip.compress(json.dumps(value).encode(), mtime=0)
