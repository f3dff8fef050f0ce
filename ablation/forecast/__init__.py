"""What a plan costs and what it can find, before it is run."""

from ablation.forecast.expecting import Detectable, Forecast, Pilot, forecast
from ablation.forecast.pilot import pilot_of, pilot_run
from ablation.forecast.power import detectable

__all__ = [
    "Detectable",
    "Forecast",
    "Pilot",
    "detectable",
    "forecast",
    "pilot_of",
    "pilot_run",
]
