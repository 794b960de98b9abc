"""Checkpoints of a training run: one NumPy archive a part, there whole or not at all."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np


class Checkpoint:
    """The state of one part of a run, in ``folder/first-last.npz``; with no folder, nothing is kept.

    Parameters
    ----------
    folder : str, path or None
        Where the parts of the run are kept.
    part : range
        The problems of this part.
    configuration : dict
        What determines the result, as JSON values.
    """

    def __init__(self, folder, part, configuration):
        self.path = None if folder is None else Path(folder) / f"{part.start}-{part.stop - 1}.npz"
        self.configuration = configuration

    def write(self, state):
        """Keep a dict of arrays: beside its place first, then renamed."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(f".{os.getpid()}.new")
        try:
            with open(beside, "wb") as file:
                np.savez(file, configuration=json.dumps(self.configuration), **state)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self.path)
        finally:
            beside.unlink(missing_ok=True)

    def read(self):
        """The state that was kept, or None.

        Raises
        ------
        ValueError
            Where the file is damaged, or that of another run.
        """
        if self.path is None or not self.path.exists():
            return None
        try:
            with open(self.path, "rb") as file, np.load(file, allow_pickle=False) as archive:
                state = dict(archive)
            kept = json.loads(str(state.pop("configuration")))
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, KeyError) as error:
            raise ValueError(
                f"checkpoint {self.path} is damaged; remove it to train anew ({error})"
            ) from error
        differences = [
            f"{name} is {kept.get(name)!r} there and {self.configuration.get(name)!r} here"
            for name in kept | self.configuration
            if kept.get(name) != self.configuration.get(name)
        ]
        if differences:
            raise ValueError(f"checkpoint {self.path} is of another run: {'; '.join(differences)}")
        return state
