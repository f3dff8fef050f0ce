"""Rooms that need torch do not load it before something of theirs is used."""

import subprocess
import sys


def test_the_rooms_about_networks_open_without_torch():
    code = (
        "import sys, ablation, ablation.neural, ablation.attribution\n"
        "print(sorted({'torch', 'numpy', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
