"""What a sweep is told besides the network: settings without meaning, and a bar to watch."""

import io
import re

import pytest
import torch
from torch import nn

import ablation
from ablation.neural.sweep.asking import Progress
from ablation.neural.sweep.errors import QuestionError
from ablation.neural.sweep.meter import Meter


def first(output):
    return output[:, 0]


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2)).eval()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"batch_size": 0}, "batch_size is 0; expected a whole number, 1 or more."),
        ({"together": -1}, "together is -1; expected a whole number, 1 or more."),
        ({"together": 2.0}, "together is 2.0; expected a whole number, 1 or more."),
        ({"memory": -1}, "memory is -1; expected a whole number, 0 or more."),
        ({"verify": True}, "verify is True; expected a whole number, 0 or more."),
        ({"subsets": 0}, "subsets is 0; expected 1, 2, ... or lists of names."),
        ({"subsets": True}, "subsets is True; expected 1, 2, ... or lists of names."),
        ({"metric": "loss"}, "metric is 'loss'; expected a function of the output."),
        ({"metric": None}, "metric is None; expected a function of the output."),
        ({"read": -1}, "read is -1; expected a function of the output."),
    ],
    ids=lambda each: str(each)[:30],
)
def test_a_setting_without_meaning_is_one_clear_line(settings, said):
    with pytest.raises(QuestionError, match=f"^{re.escape(said)}$"):
        ablation.sweep(net(), torch.rand(3, 4), ["0"], **{"metric": first, **settings})


@pytest.mark.parametrize("inputs", [[], torch.rand(0, 4), [torch.rand(2, 4), torch.rand(0, 4)]])
def test_no_examples_are_told(inputs):
    with pytest.raises(QuestionError, match="there are no examples"):
        ablation.sweep(net(), inputs, ["0"], metric=first)


def test_a_bar_on_standard_error_tells_what_was_run_and_saved(capsys):
    inputs = torch.rand(3, 4)
    found = ablation.sweep(net(), inputs, ["0[*]", "2[*]"], metric=first, progress=True)
    out, err = capsys.readouterr()
    ended = err.splitlines()[-1]
    assert not out
    assert ended.startswith(f"[{'#' * 24}] 8 of 8 ablations, ")
    assert re.search(r", [\d.]+ whole passes run, -?[\d.]+ saved$", ended)
    assert len(found) == 8
    ablation.sweep(net(), inputs, ["0"], metric=first, progress=False)
    assert capsys.readouterr().err == ""


def test_a_terminal_has_one_line_that_is_drawn_anew():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    meter = Meter(stream)
    for done in range(1, 101):
        meter(Progress(done, 100, done / 2, done / 2, "suffix"))
    written = stream.getvalue()
    assert written.count("\n") == 1
    assert written.endswith("100 of 100 ablations, 50.0 whole passes run, 50.0 saved\n")
    assert written.count("\r\x1b[K") < 20
