"""`ablation.report` is a package and a verb, whichever import comes first."""

import subprocess
import sys
from pathlib import Path

import pytest

import ablation
import ablation.report

USE = "assert callable(ablation.report) and ablation.report.study.write and ablation.report.report"
ORDERS = [
    "import ablation; ablation.report; import ablation.report.study",
    "import ablation.report.study; import ablation",
    "from ablation.report.study import write; import ablation; ablation.report",
    "from ablation import report; import ablation.report.study; assert report is ablation.report",
    "import ablation; f=ablation.report; import ablation.report.study; assert ablation.report is f",
]


@pytest.mark.parametrize("order", ORDERS)
def test_the_name_stays_a_package_and_callable(order: str) -> None:
    subprocess.run([sys.executable, "-c", f"{order}; {USE}"], check=True)


def test_the_package_says_who_it_is() -> None:
    assert ablation.report.__name__ == "ablation.report"
    assert Path(str(ablation.report.__file__)).name == "__init__.py"
    assert "ablation.report" in repr(ablation.report)
