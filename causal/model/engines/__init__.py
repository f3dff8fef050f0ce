"""Roads from a model and a question to an answer, each with the assumptions that it rests on."""

from causal.model.engines.abduction import NoiseLaw as NoiseLaw
from causal.model.engines.abduction import abduct as abduct
from causal.model.engines.abduction import predict as predict
from causal.model.engines.answers import Counterfactual as Counterfactual
from causal.model.engines.counterfactual import counterfactual as counterfactual

__all__ = ["Counterfactual", "NoiseLaw", "abduct", "counterfactual", "predict"]
