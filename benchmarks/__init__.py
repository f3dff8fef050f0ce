"""Side by side with the tools people use today: every ratio comes from one run, taken in turns.

Each module here answers one question with ``table(quick)``, a DataFrame; ``python -m benchmarks``
prints them all.  A rival that cannot be installed, or fails, is reported as "not run" and why.
"""
