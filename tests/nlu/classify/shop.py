"""A shop's handful of sentences, enough for a small model."""

EXAMPLES = {
    "start.order": (
        "I want to order a cake",
        "can I order bread for tomorrow",
        "order two loaves please",
        "I would like to order rolls",
        "please order a birthday cake for me",
        "an order of twenty rolls",
    ),
    "ask.hours": (
        "when are you open",
        "what are your opening hours",
        "are you open on Sunday",
        "until when are you open",
        "which hours are you open tomorrow",
        "open at seven already",
    ),
    "out_of_scope": (
        "will it rain",
        "who won the match",
        "sing a song",
        "what is the capital of Peru",
        "my bicycle has a flat tyre",
        "translate this letter",
    ),
}
