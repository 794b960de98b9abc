"""What results are and how they came about, for machines: an RO-Crate over a folder of figures.

It follows the profile of process runs: each figure is the result of an action, which names its command, seed,
settings, machine and date, and the software with versions.
"""

import hashlib
import json
from pathlib import Path

from .archive import load

METADATA = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
PAPER = "https://arxiv.org/abs/2209.15265"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
TITLE = "The figures of arXiv 2209.15265, as they come with relulab"
ABOUT = (
    "Phase diagrams, distances and trained networks, each with the command, seed, settings, versions and "
    "machine that made it. The archives are Zarr in zip files; relulab.figures.archive.load opens them."
)
INPUTS = (
    "kind",
    "network",
    "form",
    "ensemble",
    "direction",
    "k",
    "sigma",
    "beta",
    "metric",
    "patterns",
    "effort",
)
INPUTS += ("trials", "epochs", "lr", "dtype", "means", "redraw")
TYPES = {".zip": "application/zip", ".png": "image/png", ".svg": "image/svg+xml"}
TYPES |= {".md": "text/markdown", ".json": "application/json"}


def library():
    """The library ``rocrate``; a missing one is an ImportError that says how to get it."""
    try:
        import rocrate
    except ImportError:
        raise ImportError(
            "the RO-Crate needs the library rocrate: pip install 'relulab[reproduce]'"
        ) from None
    return rocrate


def described(folder, title=TITLE):
    """Describe the figures of a folder.

    Parameters
    ----------
    folder : str or path
        It holds ``figure-....zarr.zip``, perhaps with a picture beside each, and tables.
    title : str
        The crate's name.

    Returns
    -------
    dict
        The content of ``ro-crate-metadata.json``, JSON-LD. The same folder gives the same content.

    Raises
    ------
    ValueError
        Where the folder holds no figure.
    ImportError
        Without ``rocrate``.
    """
    library()
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate

    folder, crate = Path(folder), ROCrate()
    archives = sorted(folder.glob("figure-*.zarr.zip"))
    if not archives:
        raise ValueError(f"folder={str(folder)!r} holds no figure")

    def entity(identifier, kind, **properties):
        return crate.add(ContextEntity(crate, identifier, {"@type": kind} | properties))

    def file(path, **properties):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        size = {"contentSize": str(path.stat().st_size), "sha256": digest}
        kind = {"encodingFormat": TYPES.get(path.suffix, "application/octet-stream")}
        return crate.add_file(path, path.name, properties=properties | size | kind)

    paper = entity(
        PAPER, "ScholarlyArticle", name="Overparameterized ReLU Neural Networks Learn the Simplest Model"
    )
    dates, software = [], {}
    for archive in archives:
        ds = load(archive)
        known, name = ds.attrs, archive.name.removeprefix("figure-").removesuffix(".zarr.zip")
        dates.append(known["date"])
        programs = f"{known['versions']}, python {known['python']}".replace("; ", ", ").split(", ")
        for program in programs:
            if program not in software:
                made_of = dict(zip(("name", "softwareVersion"), program.rsplit(" ", 1), strict=True))
                software[program] = entity(f"#{program.replace(' ', '-')}", "SoftwareApplication", **made_of)
        used = [software[program] for program in dict.fromkeys(programs)]
        settings = {key: known[key] for key in INPUTS if key in known} | _grid(ds)
        given = [
            entity(f"#{name}-{key}", "PropertyValue", name=key, value=value)
            for key, value in (
                ("command", known["command"]),
                ("seed", str(known["rng"])),
                ("settings", json.dumps(settings, default=str)),
            )
        ]
        made = [file(archive, name=f"Figure {known['figure']}: data", description=known["expectation"])]
        drawing = archive.with_name(f"figure-{name}.png")
        if drawing.is_file():
            made.append(file(drawing, name=f"Figure {known['figure']}: picture"))
        action = entity(
            f"#run-{name}",
            "CreateAction",
            name=known["command"],
            description=f"{known['finding']}; on {known['machine']}; {known.get('seeding', 'one generator')}",
            endTime=known["date"],
        )
        action["instrument"], action["object"], action["result"] = used, given, made
        crate.root_dataset.append_to("mentions", action)
    for path in sorted(
        path for kind in ("*.md", "*.json") for path in folder.glob(kind) if path.name != METADATA
    ):
        file(path, name=path.stem)
    crate.name, crate.description, crate.license = title, ABOUT, LICENSE
    crate.datePublished = max(dates)
    crate.root_dataset["citation"] = paper
    crate.root_dataset["conformsTo"] = entity(
        PROFILE, "CreativeWork", name="Process Run Crate", version="0.5"
    )
    return crate.metadata.generate()


def _grid(ds):
    return {name: ds[name].values.tolist() for name in ("n", "d", "s") if name in ds.coords}
