"""Asking a language model: a request in, an answer or a reason out, and never a wait beyond its deadline.

Nothing here knows what is asked or what becomes of the answer: understanding (engine/nlu) and open replies
(engine/effects) put the questions, the core decides.
"""

from engine.model.consultant import Consultant, Consulted, Ticket
from engine.model.question import Question, Reply
from engine.model.sources import consultant, named

__all__ = ["Consultant", "Consulted", "Question", "Reply", "Ticket", "consultant", "named"]
