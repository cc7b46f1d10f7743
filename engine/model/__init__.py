"""Asking a language model: a request in, an answer or a reason out, and never a wait beyond its deadline.

Nothing here knows what is asked or what becomes of the answer: understanding (engine/nlu) and open replies
(engine/effects) put the questions, the core decides.
"""
