"""The face of the figures' letters: the pages' sans, with what it lacks from Matplotlib's own.

Matplotlib takes one font for a text with mathematics, and no compressed one. So the pages' latin and Greek
letters and all other signs of DejaVu Sans are joined in one file, when the book is built. The letters are as
large as those of DejaVu Sans at the same size.
"""

import hashlib
import logging
import os
from pathlib import Path

import matplotlib

ROOT = Path(__file__).resolve().parents[1]
CUTS = ("latin", "greek")
NAME = "Relulab Figures"  # the pages' face keeps its name to itself
UNITS = 2048  # an em of DejaVu Sans
TALL = 1120 / UNITS / 0.486  # the height of an x in DejaVu Sans over that in the pages' face
UNUSED = ["GSUB", "GPOS", "GDEF", "FFTM", "STAT", "HVAR", "gasp", "fpgm", "prep", "kern", "DSIG", "LTSH"]


def sources(root: Path = ROOT) -> list[Path]:
    """The files of the pages' face; none where npm has not installed them."""
    folder = root / "node_modules" / "@fontsource" / "source-sans-3" / "files"
    files = [folder / f"source-sans-3-{cut}-400-normal.woff" for cut in CUTS]
    return files if all(file.exists() for file in files) else []


def kept() -> Path:
    """The face of the sources as they are, made once for all books: it takes seconds."""
    own = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    made_of = hashlib.sha256(b"".join(path.read_bytes() for path in [*sources(), own, Path(__file__)]))
    face = ROOT / "_build" / f"figures-{made_of.hexdigest()[:16]}.ttf"
    if not face.exists():
        face.parent.mkdir(exist_ok=True)
        new = face.with_suffix(f".{os.getpid()}.ttf")  # another build may be making it, too
        make(new)
        new.replace(face)
    return face


def make(target: Path) -> None:
    from fontTools.merge import Merger
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.scaleUpem import scale_upem

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    fonts, known = [], set()
    for file in [*sources(), Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"]:
        font = TTFont(file)
        signs = set(font.getBestCmap()) - known
        known |= signs
        bare(font, signs)
        if file.suffix == ".woff":
            scale_upem(font, round(TALL * UNITS))
            font["head"].unitsPerEm = UNITS
        fonts.append(target.with_suffix(f".{len(fonts)}.ttf"))
        font.flavor = None
        font.save(fonts[-1])
    joined = Merger().merge([str(font) for font in fonts])
    for record in joined["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = NAME.replace(" ", "") if record.nameID == 6 else NAME
    joined.save(target)
    for font in fonts:
        font.unlink()


def bare(font, signs: set[int]) -> None:
    """Leave the outlines of these signs, and nothing that moves them."""
    from fontTools.subset import Options, Subsetter

    options = Options(hinting=False, layout_features=[])
    options.drop_tables += UNUSED
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=signs)
    subsetter.subset(font)
