"""Everything ``causal`` raises on purpose: what was given, what was expected, what to do next."""

from causal.errors.certificates import CertificateError as CertificateError
from causal.errors.certificates import DefectError as DefectError
from causal.errors.certificates import ModelsTooLargeError as ModelsTooLargeError
from causal.errors.certificates import WrongEstimandError as WrongEstimandError
from causal.errors.data import DataError as DataError
from causal.errors.data import MissingColumnsError as MissingColumnsError
from causal.errors.data import MissingRegimeError as MissingRegimeError
from causal.errors.data import PositivityError as PositivityError
from causal.errors.data import TooFewRowsError as TooFewRowsError
from causal.errors.models import DomainError as DomainError
from causal.errors.models import FunctionError as FunctionError
from causal.errors.models import ImpossibleEvidenceError as ImpossibleEvidenceError
from causal.errors.models import MechanismError as MechanismError
from causal.errors.models import ModelError as ModelError
from causal.errors.models import NotAPointError as NotAPointError
from causal.errors.models import ProbabilityError as ProbabilityError
from causal.errors.models import TooFewDrawsError as TooFewDrawsError
from causal.errors.models import UnusableEvidenceError as UnusableEvidenceError
from causal.errors.questions import CycleError as CycleError
from causal.errors.questions import EmptyGraphError as EmptyGraphError
from causal.errors.questions import ForeignGraphError as ForeignGraphError
from causal.errors.questions import FormulaError as FormulaError
from causal.errors.questions import OptionError as OptionError
from causal.errors.questions import QueryError as QueryError
from causal.errors.questions import UnknownVariableError as UnknownVariableError
from causal.errors.questions import UnsupportedQueryError as UnsupportedQueryError
from causal.errors.texts import CycleInTextError as CycleInTextError
from causal.errors.texts import DuplicateEdgeError as DuplicateEdgeError
from causal.errors.texts import EmptyTextError as EmptyTextError
from causal.errors.texts import EquationSyntaxError as EquationSyntaxError
from causal.errors.texts import FormulaSyntaxError as FormulaSyntaxError
from causal.errors.texts import GraphSyntaxError as GraphSyntaxError
from causal.errors.texts import ModelSyntaxError as ModelSyntaxError
from causal.errors.texts import QueryInTextError as QueryInTextError
from causal.errors.texts import QuerySyntaxError as QuerySyntaxError
from causal.errors.texts import RegimeSyntaxError as RegimeSyntaxError
from causal.errors.texts import TextError as TextError
from causal.errors.texts import UnknownInTextError as UnknownInTextError
from causal.errors.wording import CausalError as CausalError
from causal.errors.wording import printable as printable
from causal.errors.wording import shown as shown

__all__ = [
    "CausalError",
    "CertificateError",
    "CycleError",
    "CycleInTextError",
    "DataError",
    "DefectError",
    "DomainError",
    "DuplicateEdgeError",
    "EmptyGraphError",
    "EmptyTextError",
    "EquationSyntaxError",
    "ForeignGraphError",
    "FormulaError",
    "FormulaSyntaxError",
    "FunctionError",
    "GraphSyntaxError",
    "ImpossibleEvidenceError",
    "MechanismError",
    "MissingColumnsError",
    "MissingRegimeError",
    "ModelError",
    "ModelSyntaxError",
    "ModelsTooLargeError",
    "NotAPointError",
    "OptionError",
    "PositivityError",
    "ProbabilityError",
    "QueryError",
    "QueryInTextError",
    "QuerySyntaxError",
    "RegimeSyntaxError",
    "TextError",
    "TooFewDrawsError",
    "TooFewRowsError",
    "UnknownInTextError",
    "UnknownVariableError",
    "UnsupportedQueryError",
    "UnusableEvidenceError",
    "WrongEstimandError",
    "printable",
    "shown",
]
