"""The do-calculus as checked steps: the three rules, the bridges between laws, derivations."""

from causal.calculus.axioms import bayes as bayes
from causal.calculus.axioms import chain_rule as chain_rule
from causal.calculus.axioms import conditioning as conditioning
from causal.calculus.axioms import marginalisation as marginalisation
from causal.calculus.bridge import bridge as bridge
from causal.calculus.certificate import certificate_of_experiments as certificate_of_experiments
from causal.calculus.certificate import certificate_of_no as certificate_of_no
from causal.calculus.certificate import certificate_of_worlds as certificate_of_worlds
from causal.calculus.certificate import certificate_of_yes as certificate_of_yes
from causal.calculus.certificate import confirm_no as confirm_no
from causal.calculus.certificate import confirm_yes as confirm_yes
from causal.calculus.certificate import sealed as sealed
from causal.calculus.derivation import Derivation as Derivation
from causal.calculus.derivation import Line as Line
from causal.calculus.equivalence import NotDerivable as NotDerivable
from causal.calculus.equivalence import prove as prove
from causal.calculus.equivalence import top as top
from causal.calculus.grounding import grounded as grounded
from causal.calculus.members import equivalents as equivalents
from causal.calculus.rules import rule_1 as rule_1
from causal.calculus.rules import rule_2 as rule_2
from causal.calculus.rules import rule_3 as rule_3
from causal.calculus.step import Separation as Separation
from causal.calculus.step import Step as Step

__all__ = [
    "Derivation",
    "Line",
    "NotDerivable",
    "Separation",
    "Step",
    "bayes",
    "bridge",
    "certificate_of_experiments",
    "certificate_of_no",
    "certificate_of_worlds",
    "certificate_of_yes",
    "chain_rule",
    "conditioning",
    "confirm_no",
    "confirm_yes",
    "equivalents",
    "grounded",
    "marginalisation",
    "prove",
    "rule_1",
    "rule_2",
    "rule_3",
    "sealed",
    "top",
]
