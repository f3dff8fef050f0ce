"""Bundled studies that really run: real data, real training, minutes on a laptop."""
