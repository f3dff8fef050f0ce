"""Formulas: functionals of a law, how they are written, built, and evaluated exactly."""

from causal.expression.algebra import product as product
from causal.expression.algebra import quotient as quotient
from causal.expression.algebra import total as total
from causal.expression.atoms import ONE as ONE
from causal.expression.atoms import ZERO as ZERO
from causal.expression.atoms import One as One
from causal.expression.atoms import P as P
from causal.expression.atoms import Zero as Zero
from causal.expression.canonical import alike as alike
from causal.expression.canonical import canonical as canonical
from causal.expression.complement import Complement as Complement
from causal.expression.compounds import Product as Product
from causal.expression.compounds import Quotient as Quotient
from causal.expression.compounds import Sum as Sum
from causal.expression.formula import Expression as Expression
from causal.expression.formula import Symbols as Symbols
from causal.expression.layout import lines as lines
from causal.expression.nesting import inward as inward
from causal.expression.reading import parse as parse
from causal.expression.rewriting import arranged as arranged
from causal.expression.rewriting import laws as laws
from causal.expression.rewriting import replaced as replaced
from causal.expression.rewriting import simplified as simplified
from causal.expression.scoping import fresh as fresh
from causal.expression.scoping import valued as valued

__all__ = [
    "ONE",
    "ZERO",
    "Complement",
    "Expression",
    "One",
    "P",
    "Product",
    "Quotient",
    "Sum",
    "Symbols",
    "Zero",
    "alike",
    "arranged",
    "canonical",
    "fresh",
    "inward",
    "laws",
    "lines",
    "parse",
    "product",
    "quotient",
    "replaced",
    "simplified",
    "total",
    "valued",
]
