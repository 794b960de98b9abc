"""The command line: `relulab figures`, `relulab figure 4a`, `relulab sweep`, `relulab check`."""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import _checks
from .phase.executor import cores


def sizes(text):
    """Read a grid: `10,20,40` or `start:stop:step`, the stop included."""
    try:
        if ":" in text:
            start, stop, step = (int(part) for part in text.split(":"))
            return list(range(start, stop + 1, step))
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither 10,20,40 nor start:stop:step") from None


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}\n")


def _parser():
    parser = _Parser(prog="relulab", description="Phase diagrams of ReLU network recovery.")
    commands = parser.add_subparsers(dest="command", required=True)

    commands.add_parser("figures", help="list the figures that can be computed")

    figure = commands.add_parser("figure", help="compute a figure of the paper, or all of them")
    figure.add_argument("number", help="such as 4a, or all")
    figure.add_argument("--scale", default="book", help="book (smaller, for a first look), or paper")
    figure.add_argument(
        "--protocol", default="paper", help="paper, or released (the released code's choices)"
    )

    figure.add_argument("--remark", default="", help="kept with the result")
    sweep = commands.add_parser("sweep", help="compute a phase diagram of your own")
    sweep.add_argument("--n", type=sizes, default=sizes("10:200:10"), help="10,20,40 or start:stop:step")
    sweep.add_argument("--d", type=sizes, default=sizes("10:60:10"), help="as --n")
    sweep.add_argument("--trials", type=int, default=5)
    for name in ("kind", "network", "form", "ensemble", "direction", "metric"):
        sweep.add_argument(f"--{name}")
    sweep.add_argument("--k", type=int, default=1)
    sweep.add_argument("--sigma", type=float, default=0.0, help="noise, for the distances")
    sweep.add_argument("--beta", type=float, help="weight of the regularizer, for the distances")
    sweep.add_argument("--store", help="folder or address that keeps finished cells: a stopped sweep goes on")
    sweep.add_argument("--workers", type=int, default=cores(), help="threads; by default one a core")

    check = commands.add_parser("check", help="prove saved verdicts again")
    check.add_argument("files", nargs="+", metavar="FILE", help="what Verdict.save wrote")

    for command in (figure, sweep):
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--out", type=Path, default=Path("figures"), help="folder for what is computed")
    return parser


def main(arguments=None):
    """Run the command line; bad input, full disks, missing packages: one line, exit code 2; Ctrl-C: 130."""
    options = _parser().parse_args(arguments)
    try:
        commands = {"figures": _figures, "figure": _figure, "sweep": _sweep, "check": _check}
        return commands[options.command](options) or 0
    except (ValueError, OSError, ImportError) as error:
        print(f"relulab: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(f"relulab: {stop}", file=sys.stderr)
        return 130


def _figures(options):
    from .figures.list import FIGURES
    from .figures.results import ENDINGS, stored

    kept = {f"stored{ending}": stored(protocol) for protocol, ending in ENDINGS.items()}
    for figure in FIGURES.values():
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
    from .figures.list import FIGURES
    from .figures.runs import compute

    for number in FIGURES if options.number == "all" else [options.number]:
        name = f"figure-{number}-{options.scale}" + "-released" * (options.protocol == "released")
        ds = compute(number, options.scale, options.seed, options.protocol, options.out / "cells")
        save(pack(ds.assign_attrs(remark=options.remark)), options.out / f"{name}.zarr.zip")
        _draw(ds, options.out / name)
        outcome = "held" if ds.attrs["held"] else "did not hold"
        print(f"figure {number}: {ds.attrs['expectation']}: {outcome}, {ds.attrs['finding']}")


def _sweep(options):
    from .phase.grid import phase_diagram

    names = ("n", "d", "trials", "kind", "network", "form", "ensemble", "direction", "metric", "k")
    names += ("sigma", "beta", "store")
    settings = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    with ThreadPoolExecutor(_checks.count("workers", options.workers)) as pool:
        ds = phase_diagram(**settings, rng=options.seed, executor=pool)
    _save(ds, options.out, "sweep")
    print(f"{ds.sizes['n'] * ds.sizes['d']} cells, {int(ds.undecided.sum())} undecided trials")


def _check(options):
    from .phase.saved import check_file

    failed = 0
    for path in options.files:
        try:
            print(f"{path}: {check_file(path)}")
        except (ValueError, OSError) as error:
            failed = 2
            print(f"relulab: {error}" if path in str(error) else f"relulab: {path}: {error}", file=sys.stderr)
    return failed


def _save(ds, folder, name):
    """Write the table and the picture, and say where."""
    folder.mkdir(parents=True, exist_ok=True)
    _draw(ds, folder / name)
    columns = [c for c in ("rate", "mean", "median", "lower", "upper", "undecided") if c in ds]
    header = "".join(f"# {key}: {value}\n" for key, value in ds.attrs.items())
    table = ds[columns].to_dataframe().to_csv()
    (folder / f"{name}.csv").write_text(header + table)
    print(f"wrote {folder / name}.csv, .png and .svg")


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
