"""What is said about a member's clock."""

from collections.abc import Iterable

from bot.core.chat.codec import ActionId
from bot.core.chat.control import LABEL_LIMIT, Choice, Select
from bot.core.chat.markup import clip
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.part import Markdown, Part, Plain
from bot.core.domain.places import City

TYPED_ROOM = 100

# One or two big cities for each stretch of the world, from west to east.
_LIKELY = (
    ("Honolulu", "Pacific/Honolulu"),
    ("Los Angeles, Seattle", "America/Los_Angeles"),
    ("Denver", "America/Denver"),
    ("Mexico City", "America/Mexico_City"),
    ("Chicago, Austin", "America/Chicago"),
    ("Bogotá", "America/Bogota"),
    ("New York, Boston", "America/New_York"),
    ("Toronto", "America/Toronto"),
    ("Santiago", "America/Santiago"),
    ("Buenos Aires", "America/Argentina/Buenos_Aires"),
    ("São Paulo", "America/Sao_Paulo"),
    ("London", "Europe/London"),
    ("Lisbon", "Europe/Lisbon"),
    ("Lagos", "Africa/Lagos"),
    ("Berlin", "Europe/Berlin"),
    ("Paris", "Europe/Paris"),
    ("Johannesburg", "Africa/Johannesburg"),
    ("Nairobi", "Africa/Nairobi"),
    ("Istanbul", "Europe/Istanbul"),
    ("Dubai", "Asia/Dubai"),
    ("Mumbai, Delhi, Bengaluru", "Asia/Kolkata"),
    ("Singapore", "Asia/Singapore"),
    ("Tokyo", "Asia/Tokyo"),
    ("Sydney, Melbourne", "Australia/Sydney"),
    ("Auckland", "Pacific/Auckland"),
)


def zone_question(take: ActionId) -> Message:
    """Asks for the clock that weeks go by. `take` gets the chosen zone as its last argument."""
    words = (
        "One thing first: weeks begin and end by your own clock. Pick the city that shares it, and I make "
        "the plan.\nYours isn't here? Run `/plan start` again and type your city into `zone`, or what your "
        "clock shows now, such as 14:30."
    )
    choices = tuple(Choice(f"{cities} ({zone})", zone) for cities, zone in _LIKELY)
    return _ask((Markdown(words),), take, choices)


def city_question(text: str, cities: Iterable[City], take: ActionId) -> Message:
    """Asks which of several cities was meant, no two of which share a zone."""
    parts = (Markdown("Several places fit "), Plain(clip(text, TYPED_ROOM)), Markdown(". Which one is it?"))
    return _ask(parts, take, tuple(city_choice(city) for city in cities))


def city_choice(city: City) -> Choice:
    """A city as it is offered while somebody types; its zone comes back."""
    return Choice(f"{city.name}, {city.country} ({city.zone})"[:LABEL_LIMIT], city.zone)


def _ask(parts: tuple[Part, ...], take: ActionId, choices: tuple[Choice, ...]) -> Message:
    picker = Select(take, "A city with your time", choices)
    return Message("Where is your clock?", (Text(parts), Actions((picker,))))
