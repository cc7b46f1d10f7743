"""Who is calling: names, spelled letters, telephone numbers, e-mail, and the people on file."""

from engine.nlu.identity.grammar import IdentityGrammar
from engine.nlu.identity.match import Match, PeopleIndex, match_people
from engine.nlu.identity.phone import read_phone
from engine.nlu.identity.settle import SURE, NamesOnFile, Settled, settle
from engine.nlu.identity.sounds import name_key
from engine.nlu.identity.vocative import vocative

__all__ = [
    "SURE",
    "IdentityGrammar",
    "Match",
    "NamesOnFile",
    "PeopleIndex",
    "Settled",
    "match_people",
    "name_key",
    "read_phone",
    "settle",
    "vocative",
]
