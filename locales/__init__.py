"""Stage 2: in whose words. A card in, finished text in one language out; imports campaigns only."""

from locales.card import Held, LocalisedCard
from locales.catalogue import Catalogue, Catalogues, Entry, load_catalogue, open_catalogues
from locales.checks import check_catalogue
from locales.extract import extract_template
from locales.merge import merge
from locales.placeholders import PlaceholderError
from locales.po import CatalogueError, write_po
from locales.script import transliterate
from locales.translator import localise

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Catalogues",
    "Entry",
    "Held",
    "LocalisedCard",
    "PlaceholderError",
    "check_catalogue",
    "extract_template",
    "load_catalogue",
    "localise",
    "merge",
    "open_catalogues",
    "transliterate",
    "write_po",
]
