"""Clocks: cities offered while somebody types, and what they typed read as a zone."""

from bot.core.chat.control import Choice
from bot.core.domain.places import find_cities
from bot.core.errors import InvalidInput
from bot.core.request import Context, Glance
from bot.core.time import find_zone
from bot.core.views.zones import city_choice


def suggest_zones(_glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """The cities that fit what is typed so far; the zone is what comes back."""
    return tuple(dict.fromkeys(city_choice(city) for city in find_cities(ctx.library.cities, text)))


def read_zone(ctx: Context, text: str) -> str:
    """The zone that `text` means: an IANA name, or a city of which there is only one. Raises InvalidInput."""
    try:
        return find_zone(text).key
    except InvalidInput:
        wanted = text.strip().casefold()
        named = {
            city.zone
            for city in ctx.library.cities
            if wanted
            in (city.name.casefold(), city.zone.casefold(), f"{city.name}, {city.country}".casefold())
        }
        if len(named) != 1:
            raise
    return named.pop()
