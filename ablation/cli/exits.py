"""How the command ends: one number a kind of ending, the same for every subcommand."""

from enum import IntEnum


class Exit(IntEnum):
    """What a script reads after the command.

    >>> int(Exit.NO)
    1
    """

    ANSWERED = 0
    NO = 1
    MISUSE = 2
    FAILED = 70
    INTERRUPTED = 130
    CLOSED_PIPE = 141
