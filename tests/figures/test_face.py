"""The letters of the pages' figures."""

from pathlib import Path

import figure_face
import matplotlib as mpl
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

import relulab as rl

OWN = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def height(font, sign):
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[font.getBestCmap()[ord(sign)]].draw(pen)
    return pen.bounds[3] / font["head"].unitsPerEm


def test_figures_take_the_face_that_a_build_names(monkeypatch):
    rl.plots.use_style()
    assert mpl.rcParams["font.family"] == ["sans-serif"]
    monkeypatch.setenv("RELULAB_FACE", str(OWN))
    rl.plots.use_style()
    assert mpl.rcParams["font.family"] == ["DejaVu Sans"]


@pytest.mark.skipif(not figure_face.sources(), reason="npm has not installed the face")
def test_the_face_has_all_signs_and_letters_as_tall_as_before(tmp_path):
    figure_face.make(tmp_path / "face.ttf")
    face, own = TTFont(tmp_path / "face.ttf"), TTFont(OWN)
    assert set(own.getBestCmap()) <= set(face.getBestCmap())
    for sign in "xo":
        assert height(face, sign) == pytest.approx(height(own, sign), rel=0.03)
    assert height(face, "≤") == height(own, "≤")
    assert list(tmp_path.iterdir()) == [tmp_path / "face.ttf"]


def test_the_face_is_made_once_for_what_it_is_made_of(monkeypatch, tmp_path):
    made, letters = [], tmp_path / "letters.woff"
    letters.write_bytes(b"some")
    monkeypatch.setattr(figure_face, "ROOT", tmp_path)
    monkeypatch.setattr(figure_face, "sources", lambda: [letters])
    monkeypatch.setattr(figure_face, "make", lambda target: made.append(target.write_bytes(b"face")))
    first = figure_face.kept()
    assert first.read_bytes() == b"face"
    assert figure_face.kept() == first
    assert len(made) == 1
    letters.write_bytes(b"other")
    assert figure_face.kept() != first
    assert len(list(first.parent.iterdir())) == len(made) == 2
