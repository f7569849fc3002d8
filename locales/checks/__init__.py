"""What is wrong with a translation, message by message; the rules are ``rules.toml``.

Errors hold every card that needs the message, since they change what it says or how it shows.
Warnings are for the translator. Most rules compare with the campaign's text, so they need no
knowledge of the language; what they need to know of one stands in ``languages.toml``.
"""

from locales.checks.message import STRETCH, check_catalogue, errors, faults
from locales.checks.words import HASHTAGS, hashtags, words
from locales.fault import Fault

__all__ = [
    "HASHTAGS", "STRETCH", "Fault", "check_catalogue", "errors", "faults", "hashtags", "words",
]  # fmt: skip
