"""The record of every trial ever run: append-only, checked row by row, never overwritten."""

from ablation.store.record import Store
from ablation.store.verification import Verification, verify

__all__ = ["Store", "Verification", "verify"]
