"""Models as folders: JSON for what is read by people, arrays beside it, no code."""

from causal.model.saving.folder import load as load
from causal.model.saving.folder import load_system as load_system
from causal.model.saving.folder import save_model as save_model

__all__ = ["load", "load_system", "save_model"]
