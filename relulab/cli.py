"""The command line: `relulab figures`, `figure 4a`, `reproduce`, `sweep`, `check`; or `python -m relulab`."""

import argparse
import contextlib
import os
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import __version__, _checks
from .blocks.blocks import NETWORKS
from .blocks.conditions import FORMS
from .data.ensembles import ENSEMBLES
from .data.planted import DIRECTIONS, KINDS
from .figures.list import FIGURES
from .figures.results import SCALES
from .figures.whole import LISTED
from .phase.grid import METRICS, PROTOCOLS
from .solvers.arrays import DEVICES

CHOICES = {
    "kind": (KINDS, "what is planted"),
    "network": (NETWORKS, "what is fitted"),
    "form": (FORMS, "the program"),
    "ensemble": (ENSEMBLES, "the data"),
    "direction": (DIRECTIONS, "where the planted neurons point"),
    "metric": (METRICS, "what is asked of each problem"),
    "device": (DEVICES, "NumPy, or a CUDA device where there is one"),
    "protocol": (PROTOCOLS, "or the released code's choices"),
}
PIPE_CLOSED = 141  # as a shell reports the signal SIGPIPE


def sizes(text):
    """Read a grid: `10,20,40` or `start:stop:step`, the stop included."""
    try:
        if ":" in text:
            start, stop, step = (int(part) for part in text.split(":"))
            return list(range(start, stop + 1, step))
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither 10,20,40 nor start:stop:step") from None


def gates(text):
    """Read how many gates are drawn for each row, or the word all."""
    try:
        return text if text == "all" else int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor all") from None


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}\n")


def folder(text):
    """Read a path; `~` is the home folder."""
    return Path(text).expanduser()


def _parser():
    parser = _Parser(prog="relulab", description="Phase diagrams of ReLU network recovery.")
    parser.add_argument("--version", action="version", version=f"relulab {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    commands.add_parser("figures", help="list the figures that can be computed")

    figure = commands.add_parser("figure", help="compute one of the figures, or all of the paper's")
    figure.add_argument("number", help=f"{', '.join(LISTED)}, or all of the paper's: all")
    _choose(figure, "scale", SCALES, "a smaller grid for a first look, or the paper's", "book")
    _choose(figure, "protocol", PROTOCOLS, "or the released code's choices", "paper")
    figure.add_argument("--prove", action="store_true", help="prove every verdict of recovery")
    figure.add_argument("--remark", default="", help="kept with the result")

    again = commands.add_parser(
        "reproduce", help="compute all figures again and compare with what is shipped"
    )
    again.add_argument("--figures", help="4a,6c: only these; by default all of the list")
    _choose(again, "scale", SCALES, "minutes, or the paper's: hours", "book")
    again.add_argument("--executor", default="threads", help="threads, processes or tcp://host:port of Dask")
    again.add_argument("--workers", type=int, help="how many of them; by default one a core")

    sweep = commands.add_parser("sweep", help="compute a phase diagram of your own")
    sweep.add_argument("--n", type=sizes, default=sizes("10:200:10"), help="10,20,40 or start:stop:step")
    sweep.add_argument("--d", type=sizes, default=sizes("10:60:10"), help="as --n")
    sweep.add_argument("--trials", type=int, default=5, help="random problems a cell")
    for name, (choices, help) in CHOICES.items():
        _choose(sweep, name, choices, help)
    sweep.add_argument("--k", type=int, default=1, help="how many neurons are planted")
    sweep.add_argument("--sigma", type=float, default=0.0, help="noise, for the distances")
    sweep.add_argument("--beta", type=float, help="weight of the regularizer, for the distances")
    sweep.add_argument(
        "--patterns", type=gates, default=1, help="gates drawn for each row of the data, or all patterns: all"
    )
    sweep.add_argument(
        "--effort", type=float, help="with --patterns all: nodes after which a proof is given up"
    )
    sweep.add_argument("--audit", action="store_true", help="prove every verdict of recovery")
    sweep.add_argument("--store", help="folder or address of finished cells: a stopped sweep goes on there")
    sweep.add_argument("--workers", type=int, help="that many threads; by default every core")
    sweep.add_argument(
        "--format",
        nargs="+",
        choices=tuple(WRITERS),
        default=["csv"],
        help="of the numbers, beside the picture: csv has the rates, the others everything",
    )

    check = commands.add_parser("check", help="prove saved verdicts and certificates again")
    check.add_argument("files", nargs="+", metavar="FILE", help="what their save wrote")

    for command in (figure, again, sweep):
        command.add_argument("--seed", type=int, default=0, help="of all random numbers")
        command.add_argument(
            "--out", type=folder, default=Path("figures"), help="folder for what is computed"
        )
    return parser


def _choose(parser, name, choices, help, default=None):
    """An option whose choices the help shows; the library itself says which of them do not go together."""
    parser.add_argument(f"--{name}", default=default, metavar=f"{{{','.join(choices)}}}", help=help)


def main(arguments=None):
    """Run the command line; bad input, full disks, missing packages: one line, exit code 2; Ctrl-C: 130."""
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough; Python's own flush at the end is to be quiet too
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED


def _run(arguments):
    options = _parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            commands = {"figures": _figures, "figure": _figure, "reproduce": _reproduce}
            commands |= {"sweep": _sweep, "check": _check}
            return commands[options.command](options) or 0
    except BrokenPipeError:
        raise
    except (ValueError, OSError, ImportError, MemoryError) as error:
        print(f"relulab: {' '.join(str(error).split()) or type(error).__name__}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(f"relulab: {stop or 'stopped'}", file=sys.stderr)
        return 130


def _warn(message, *_):
    print(f"relulab: warning: {message}", file=sys.stderr)


def _ready(out):
    """Make the folder and try to write there, before hours of work."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise OSError(f"cannot write to the folder --out {out}: {error.strerror or error}") from None


def _figures(options):
    from .figures.results import ENDINGS, stored

    kept = {f"stored{ending}": stored(protocol) for protocol, ending in ENDINGS.items()}
    for figure in LISTED.values():
        settings = ", ".join(f"{name} {value}" for name, value in figure.settings.items())
        noise = "" if figure.sigmas == (0.0,) else f", sigma {', '.join(f'{s:g}' for s in figure.sigmas)}"
        print(f"{figure.number:8} {settings}{noise}\n{'':8} expected: {figure.expectation}")
        notes = {"note": figure.note, "released": "; ".join(figure.released)}
        notes |= {name: files.get(figure.number) for name, files in kept.items()}
        for name, text in notes.items():
            if text:
                print(f"{'':8} {name}: {text}")


def _figure(options):
    from .figures.archive import pack, save
    from .figures.runs import compute

    for name, choices in (("scale", SCALES), ("protocol", PROTOCOLS)):
        _checks.choice(name, getattr(options, name), choices)
    _checks.choice("figure", options.number, [*LISTED, "all"])
    _ready(options.out)
    for number in FIGURES if options.number == "all" else [options.number]:
        name = f"figure-{number}-{options.scale}" + "-released" * (options.protocol == "released")
        prove = options.prove and (options.number != "all" or FIGURES[number].decides)
        ds = compute(
            number, options.scale, options.seed, options.protocol, options.out / "cells", prove=prove
        )
        save(pack(ds.assign_attrs(remark=options.remark)), options.out / f"{name}.zarr.zip")
        _draw(ds, options.out / name)
        outcome = "held" if ds.attrs["held"] else "did not hold"
        print(f"figure {number}: {ds.attrs['expectation']}: {outcome}, {ds.attrs['finding']}")
        _proofs(ds)


def _workers(options):
    return None if options.workers is None else _checks.count("workers", options.workers)


def _reproduce(options):
    from .figures.rerun import reproduce
    from .phase.pools import named

    numbers = None if options.figures is None else [name for name in options.figures.split(",") if name]
    workers = _workers(options)
    for number in numbers or []:
        _checks.choice("figure", number, LISTED)
    _ready(options.out)
    with named(options.executor, workers) as pool:
        found = reproduce(
            options.out,
            numbers,
            options.scale,
            options.seed,
            pool,
            report=lambda line: print(line, flush=True),
        )
    agreed = sum(agreement.agrees for agreement in found)
    print(f"{agreed} of {len(found)} figures agree; the table is in {options.out / 'reproduction.md'}")
    return 0 if agreed == len(found) else 1


def _proofs(ds):
    """What is proved of a diagram, if that was asked for, and what is not."""
    if "proofs" in ds.attrs:
        print(ds.attrs["proofs"], *ds.attrs.get("unproved", "").splitlines(), sep="\n  ")


def _sweep(options):
    from .phase.grid import phase_diagram

    names = ("n", "d", "trials", *CHOICES, "k", "sigma", "beta", "patterns", "effort", "audit", "store")
    settings = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    workers = _workers(options)
    _ready(options.out)
    with ThreadPoolExecutor(workers) if workers else contextlib.nullcontext() as pool:
        ds = phase_diagram(**settings, rng=options.seed, executor=pool)
    _draw(ds, options.out / "sweep")
    written = [WRITERS[name](ds, options.out / "sweep") for name in dict.fromkeys(options.format)]
    print(f"wrote {options.out / 'sweep'}.png and .svg, {', '.join(written)}")
    print(f"{ds.sizes['n'] * ds.sizes['d']} cells, {int(ds.undecided.sum())} undecided trials")
    _proofs(ds)


def _check(options):
    from .phase.saved import check_file

    failed = 0
    for path in options.files:
        try:
            print(f"{path}: {check_file(path)}")
        except BrokenPipeError:
            raise
        except (ValueError, OSError) as error:
            failed = 2
            print(f"relulab: {error}" if path in str(error) else f"relulab: {path}: {error}", file=sys.stderr)
    return failed


def _csv(ds, path):
    columns = [c for c in ("rate", "mean", "median", "lower", "upper", "undecided") if c in ds]
    header = "".join(
        f"# {line}\n" for key, value in ds.attrs.items() for line in f"{key}: {value}".split("\n")
    )
    file = path.with_suffix(".csv")
    file.write_text(header + ds[columns].to_dataframe().to_csv(), encoding="utf-8")
    return str(file)


def _netcdf(ds, path):
    file = path.with_suffix(".nc")
    ds.to_netcdf(file)
    return str(file)


def _zarr(ds, path):
    file = path.with_suffix(".zarr.zip")
    from .figures.archive import save

    save(ds, file)
    return str(file)


WRITERS = {"csv": _csv, "netcdf": _netcdf, "zarr": _zarr}


def _draw(ds, path):
    import matplotlib

    matplotlib.use("Agg")
    from .figures.pictures import picture, with_truth
    from .plots.style import use_style

    use_style()
    drawn = with_truth(ds) if "figure" in ds.attrs else picture(ds)
    for suffix in ("png", "svg"):
        drawn.savefig(f"{path}.{suffix}", dpi=150)


if __name__ == "__main__":
    sys.exit(main())
