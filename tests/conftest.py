"""How long an example of a law takes says how busy the machine is, and nothing about the law."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
