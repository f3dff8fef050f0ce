"""One no-op sweep by one tool: ``python runners_worker.py TOOL TRIALS WORKERS``, in seconds."""

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HYDRA = """
import hydra
@hydra.main(version_base=None, config_path=None, config_name="config")
def main(cfg):
    with open("metrics.json", "w") as file:
        file.write('{"accuracy": %d}' % (cfg.part % 1000))
from hydra.core.config_store import ConfigStore
ConfigStore.instance().store(name="config", node={"part": 0, "hydra": {"job": {"chdir": True}}})
if __name__ == "__main__":
    main()
"""
OPTUNA = """
import sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name="no-op", storage="sqlite:///runs.db")
study.optimize(lambda trial: trial.suggest_int("part", 0, 999), n_trials=int(sys.argv[1]))
"""


def optuna_sweep(trials: int, workers: int) -> None:
    """SQLite storage, shared by worker processes, as Optuna's documentation has it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    optuna.create_study(
        study_name="no-op", storage="sqlite:///runs.db", sampler=optuna.samplers.RandomSampler()
    )
    share = [sys.executable, "-c", OPTUNA, str(trials // workers)]
    for each in [subprocess.Popen(share) for _ in range(workers)]:
        if each.wait():
            raise RuntimeError("a worker of Optuna failed")


def ray_sweep(trials: int, workers: int) -> None:
    """Ray Tune's function API, as many trials at a time as there are workers."""
    os.environ |= {"RAY_AIR_NEW_OUTPUT": "0", "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1"}
    import ray
    from ray import tune

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    tuner = tune.Tuner(
        lambda config: {"accuracy": config["part"]},
        param_space={"part": tune.grid_search(list(range(trials)))},
        run_config=tune.RunConfig(storage_path=str(Path.cwd()), verbose=0),
    )
    tuner.fit()
    ray.shutdown()


def hydra_sweep(trials: int, workers: int) -> None:
    """Hydra's multirun with the joblib launcher."""
    Path("app.py").write_text(HYDRA)
    parts = "part=" + ",".join(map(str, range(trials)))
    asked = ["hydra/launcher=joblib", f"hydra.launcher.n_jobs={workers}", parts]
    subprocess.run([sys.executable, "app.py", "-m", *asked], check=True, stdout=subprocess.DEVNULL)


SWEEPS = {"Optuna, SQLite": optuna_sweep, "Ray Tune": ray_sweep, "Hydra, joblib": hydra_sweep}


def main() -> None:
    """Time the sweep from a started interpreter to its last trial."""
    tool, trials, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        began = time.perf_counter()
        SWEEPS[tool](trials, workers)
        wall = time.perf_counter() - began
    own, children = (
        resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    processor = sum(each.ru_utime + each.ru_stime for each in (own, children))
    print(json.dumps({"wall": wall, "processor": processor}))


if __name__ == "__main__":
    main()
