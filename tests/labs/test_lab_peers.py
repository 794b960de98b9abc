"""The comparisons of the labs with their peers: they agree, and an absent peer is a line, not an error."""

import pytest

from benchmarks import lab_peers


@pytest.mark.filterwarnings("ignore")  # the peers' own
@pytest.mark.parametrize("lab", lab_peers.LABS)
def test_the_lab_agrees_with_its_peer(lab):
    _, _, package, install = lab_peers.LABS[lab]
    if install is not None and not (lab_peers.ROOT / "_build" / package / package).exists():
        pytest.skip(f"{package} is not installed: python -m benchmarks lab_peers")
    (row,) = lab_peers.run([lab])
    differences = [value for value in row.values() if isinstance(value, float)]
    assert differences
    assert max(differences) < 1e-6


def test_a_wrong_answer_is_seen(monkeypatch):
    names_of = lab_peers.names_of

    def uncorrected(lab, wanted):
        names = names_of(lab, wanted)
        angles = names["angles"]
        return names | {"angles": lambda eta, n: angles(lambda s: 0 * s, n)}

    monkeypatch.setattr(lab_peers, "names_of", uncorrected)
    (row,) = lab_peers.run(["toeplitz"])
    assert row["by the equation"] > 1e-4


def test_an_absent_peer_is_a_line(monkeypatch):
    monkeypatch.setattr(lab_peers, "install_peer", lambda *_: "no network")
    (row,) = lab_peers.run(["quantum"])
    assert row["note"] == "not installed: no network"
    assert "version" not in row


def test_a_page_runs_until_the_wanted_name(monkeypatch, tmp_path):
    cells = ("seed = 0", "first = seed + 1", "second = 1 / 0")
    page = tmp_path / "chapters" / "part5" / "lab.md"
    page.parent.mkdir(parents=True)
    page.write_text("\n".join(f"```{{code-cell}} ipython3\n{cell}\n```\n" for cell in cells))
    monkeypatch.setattr(lab_peers, "ROOT", tmp_path)
    assert lab_peers.names_of("lab", "first")["first"] == lab_peers.SEED + 1
    page.write_text(page.read_text().replace("1 / 0", "2"))
    with pytest.raises(LookupError, match=r"lab\.md defines no third"):
        lab_peers.names_of("lab", "third")
