"""The same sweep on a Dask cluster of real worker processes, one of which dies."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

import relulab as rl

distributed = pytest.importorskip("distributed")

SWEEP = {"n": range(12, 49, 4), "d": [4, 6, 8, 10], "trials": 2, "rng": 5, "progress": False}


@pytest.fixture(scope="module")
def client():
    options = {"dashboard_address": None, "worker_dashboard_address": None, "host": "127.0.0.1"}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def pids(client):
    return {worker: info["pid"] for worker, info in client.run(lambda: {"pid": os.getpid()}).items()}


def slowly(seen):
    """The gaussian ensemble, taking its time; each worker leaves its process id in `seen`."""

    def slow(n, d, rng):
        (Path(seen) / str(os.getpid())).touch()
        time.sleep(0.05)
        return rl.draw("gaussian", n, d, rng)

    return slow


def test_a_worker_killed_in_mid_sweep_loses_nothing(client, tmp_path):
    serial = rl.phase_diagram(**SWEEP)
    before = pids(client)
    (tmp_path / "seen").mkdir()
    victims = []

    class Killer(distributed.cfexecutor.ClientExecutor):
        """Kills one worker when a quarter of the results are in."""

        done = 0

        def submit(self, *arguments):
            job = super().submit(*arguments)
            job.add_done_callback(self.count)
            return job

        def count(self, job):
            self.done += 1
            if self.done == serial.rate.size // 4:
                victims.append(min(before.values()))
                os.kill(victims[0], signal.SIGKILL)

    settings = SWEEP | {"ensemble": slowly(tmp_path / "seen"), "store": tmp_path / "s.zarr"}
    ds = rl.phase_diagram(**settings, executor=Killer(client))
    for name in ("status", "evidence", "margin", "iterations", "rate", "evidence_count"):
        np.testing.assert_array_equal(ds[name], serial[name])
    assert ds.attrs["executor"] == "Killer"
    assert len(victims) == 1
    assert set(before.values()) <= {int(path.name) for path in (tmp_path / "seen").iterdir()}
    assert victims[0] not in pids(client).values()


def test_a_client_is_not_an_executor(client):
    with pytest.raises(ValueError, match=r"pass client\.get_executor\(\)"):
        rl.phase_diagram(**SWEEP, executor=client)
