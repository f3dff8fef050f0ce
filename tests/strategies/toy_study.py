"""A study of two switches, in a file; a test writes its system beside it, as toy_system.py."""

STUDY = """\
name = "toy"
system = "toy_system:train"
seeds = {seeds}
design = "leave-one-out"
[config]
attention = true
dropout = 0.1
[components]
attention = {{ switch = "attention", off = false }}
dropout = {{ switch = "dropout", off = 0.0 }}
[metrics.accuracy]
"""
