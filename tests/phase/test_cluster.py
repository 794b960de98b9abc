"""The same sweep on a Dask cluster of real worker processes, one of which dies."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import relulab as rl
from relulab.phase.versions import this_process

distributed = pytest.importorskip("distributed")

SWEEP = {"n": range(12, 49, 4), "d": [4, 6, 8, 10], "trials": 2, "rng": 5, "progress": False}


@pytest.fixture(scope="module")
def client():
    options = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": None, "host": "127.0.0.1"}
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


@contextmanager
def cluster_of(house):
    """A scheduler and a worker process that imports the relulab of a folder."""
    address = {"scheduler_port": 0, "dashboard_address": "127.0.0.1:0", "host": "127.0.0.1"}
    with distributed.LocalCluster(n_workers=0, **address) as cluster, distributed.Client(cluster) as client:
        command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address]
        command += ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--death-timeout", "60"]
        path = {**os.environ, "PYTHONPATH": str(house)}
        worker = subprocess.Popen(command, env=path, cwd=house, stderr=subprocess.DEVNULL)
        try:
            client.wait_for_workers(1, timeout=60)
            yield client
        finally:
            worker.terminate()
            worker.wait(60)


@pytest.fixture
def house(tmp_path):
    """A copy of relulab, as version 0.0.9 of it."""
    shutil.copytree(Path(rl.__file__).parent, tmp_path / "house" / "relulab")
    face = tmp_path / "house" / "relulab" / "__init__.py"
    face.write_text(face.read_text().replace(f'"{rl.__version__}"', '"0.0.9"'))
    about = tmp_path / "house" / "relulab-0.0.9.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: relulab\nVersion: 0.0.9\n")
    return tmp_path / "house"


HERE = this_process().relulab.replace("(", r"\(").replace(")", r"\)")


def test_a_worker_with_another_version_is_refused(house, tmp_path):
    told = (
        rf"worker that runs relulab 0\.0\.9 \(source \w{{8}}\), and this process runs {HERE}: its numbers are"
    )
    with cluster_of(house) as client, pytest.raises(ValueError, match=told):
        rl.phase_diagram(**SWEEP, executor=client.get_executor(), store=tmp_path / "s.zarr")
    assert not [*(tmp_path / "s.zarr" / "cells").rglob("0")]
    assert rl.phase_diagram(**SWEEP, store=tmp_path / "s.zarr").attrs["runs"] == 2


def test_a_worker_with_another_source_of_this_version_is_refused(house):
    shutil.copy(rl.__file__, house / "relulab")
    with (house / "relulab" / "certify" / "decision.py").open("a") as file:
        file.write("\n# something else\n")
    with (
        cluster_of(house) as client,
        pytest.raises(ValueError, match=rf"runs relulab {rl.__version__} .*\), and this .* {HERE}"),
    ):
        rl.phase_diagram(**SWEEP, executor=client.get_executor())


def test_a_worker_too_old_to_say_its_version_is_asked(house):
    executor = house / "relulab" / "phase" / "executor.py"
    text = executor.read_text()
    assert "return Answer(this_process(), work(*arguments))" in text
    executor.write_text(text.replace("Answer(this_process(), work(*arguments))", "work(*arguments)"))
    with (
        cluster_of(house) as client,
        pytest.raises(ValueError, match=rf"runs relulab 0\.0\.9, and this process runs {HERE}"),
    ):
        rl.phase_diagram(**SWEEP, executor=client.get_executor())


def test_the_workers_are_part_of_the_provenance(client, tmp_path):
    settings = SWEEP | {"n": [12, 20], "store": tmp_path / "s.zarr"}
    ds = rl.phase_diagram(**settings, executor=client.get_executor())
    assert ds.attrs["workers"] == str(this_process())
    assert rl.phase_diagram(**settings).attrs["workers"] == str(this_process())
    assert f"numpy {np.__version__}" in ds.attrs["workers"]


def test_a_client_is_not_an_executor(client):
    with pytest.raises(ValueError, match=r"pass client\.get_executor\(\)"):
        rl.phase_diagram(**SWEEP, executor=client)
