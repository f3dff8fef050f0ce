"""Induction in miniature: a transformer that repeats what it has read, by two heads in a row.

The mechanism is known (Elhage et al. 2021; Olsson et al. 2022): a head of the first layer looks at
the token before, and a head of the second finds where the present token stood earlier, and says
what came next there. So what a circuit search finds can be held against what is there.
"""
