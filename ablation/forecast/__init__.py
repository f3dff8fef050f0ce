"""What a plan costs and what it can find, before it is run."""

from ablation.forecast.baselines import Baselines, by_root
from ablation.forecast.expecting import Detectable, Forecast, Pilot, forecast
from ablation.forecast.pilot import pilot_of, pilot_run
from ablation.forecast.power import detectable

__all__ = [
    "Baselines",
    "Detectable",
    "Forecast",
    "Pilot",
    "by_root",
    "detectable",
    "forecast",
    "pilot_of",
    "pilot_run",
]
