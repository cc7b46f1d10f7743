"""The local classifier: which of the pack's tasks and questions a sentence is most like, or none of them."""

from engine.nlu.classify.examples import OUT_OF_SCOPE, PERSON, command_of, examples_of
from engine.nlu.classify.model import Model, Verdict
from engine.nlu.classify.stage import Classifier
from engine.nlu.classify.stored import ModelFolder, key_of

__all__ = [
    "OUT_OF_SCOPE",
    "PERSON",
    "Classifier",
    "Model",
    "ModelFolder",
    "Verdict",
    "command_of",
    "examples_of",
    "key_of",
]
