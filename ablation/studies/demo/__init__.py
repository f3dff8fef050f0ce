"""What everything here is for, on real data, in a few minutes: `ablation demo`."""

from ablation.studies.demo.story import demo

__all__ = ["demo"]
