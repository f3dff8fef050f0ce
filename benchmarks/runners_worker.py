"""One no-op sweep by one tool: ``python runners_worker.py TOOL TRIALS WORKERS``, in seconds.

Each sweep ends by counting what its tool kept, so that nobody is timed for trials that failed.
"""

import contextlib
import json
import os
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
sampler = optuna.samplers.RandomSampler()
study = optuna.load_study(study_name="no-op", storage="sqlite:///runs.db", sampler=sampler)
study.optimize(lambda trial: trial.suggest_int("part", 0, 999), n_trials=int(sys.argv[1]))
"""


def our_sweep(trials: int, workers: int) -> int:
    """A study of nine components; one durable, checked row a trial."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from ablation import run
    from benchmarks.store import no_op_study

    return sum(each.done for each in run(no_op_study(trials), "runs.db", workers))


def optuna_sweep(trials: int, workers: int) -> int:
    """SQLite storage, shared by worker processes, as Optuna's documentation has it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(study_name="no-op", storage="sqlite:///runs.db")
    share = [sys.executable, "-c", OPTUNA, str(trials // workers)]
    for each in [subprocess.Popen(share) for _ in range(workers)]:
        if each.wait():
            raise RuntimeError("a worker of Optuna failed")
    return sum(each.state.name == "COMPLETE" for each in study.get_trials(deepcopy=False))


def ray_sweep(trials: int, workers: int) -> int:
    """Ray Tune's function API, as many trials at a time as there are workers."""
    os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
    import ray
    from ray import tune

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    tuner = tune.Tuner(
        lambda config: {"accuracy": config["part"]},
        param_space={"part": tune.grid_search(list(range(trials)))},
        run_config=tune.RunConfig(storage_path=str(Path.cwd()), verbose=0),
    )
    kept = sum("accuracy" in (each.metrics or {}) for each in tuner.fit())
    ray.shutdown()
    return kept


def hydra_sweep(trials: int, workers: int) -> int:
    """Hydra's multirun with the joblib launcher."""
    Path("app.py").write_text(HYDRA)
    parts = "part=" + ",".join(map(str, range(trials)))
    asked = ["hydra/launcher=joblib", f"hydra.launcher.n_jobs={workers}", parts]
    subprocess.run([sys.executable, "app.py", "-m", *asked], check=True, stdout=subprocess.DEVNULL)
    return len(list(Path.cwd().glob("multirun/**/metrics.json")))


SWEEPS = {
    "ablation run": our_sweep,
    "Optuna, SQLite": optuna_sweep,
    "Ray Tune": ray_sweep,
    "Hydra, joblib": hydra_sweep,
}


def main() -> None:
    """Time the sweep from a started interpreter to its last trial."""
    tool, trials, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        began = time.perf_counter()
        kept = SWEEPS[tool](trials, workers)
        wall = time.perf_counter() - began
    if kept != trials:
        sys.exit(f"{kept} of {trials} trials were kept")
    print(json.dumps({"wall": wall}))


if __name__ == "__main__":
    main()
