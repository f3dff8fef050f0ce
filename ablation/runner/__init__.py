"""From a study to its trials: run what is not in the store yet, lose nothing, double nothing.

`ablation.runner.session.run` is the door (`ablation.run`). Worker processes import this package
too, so it names nothing here.
"""
