"""Models as text: named noise and equations, in JSON or TOML, read and never run as code."""

from causal.model.equations.loading import load_model as load_model

__all__ = ["load_model"]
