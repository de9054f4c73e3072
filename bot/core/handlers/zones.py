"""Clocks: cities offered while somebody types, and what they typed read as a zone."""

from datetime import datetime

from bot.core.chat.control import Choice
from bot.core.domain.places import City, find_cities, fold_place
from bot.core.errors import InvalidInput
from bot.core.request import Context, Glance, Request
from bot.core.time import find_zone
from bot.core.views.zones import city_choice


def suggest_zones(glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """The cities that fit what is typed so far; the zone is what comes back."""
    found = find_cities(ctx.library.cities, text, now=glance.now)
    return tuple(dict.fromkeys(city_choice(city) for city in found))


def read_zone(ctx: Context, text: str, now: datetime) -> str | tuple[City, ...]:
    """The zone that `text` means: an IANA name, or that of a city. Cities to choose from when it may mean
    several zones. Raises InvalidInput when it means none."""
    try:
        return find_zone(text).key
    except InvalidInput:
        found = find_cities(ctx.library.cities, text, now=now)
        if not found:
            raise
    typed = fold_place(text)
    exact = [
        one for one in found if typed in (one.name_key, one.zone_key, f"{one.name_key} {one.country_key}")
    ]
    cities = {city.zone: city for city in reversed(exact or found)}
    return next(iter(cities)) if len(cities) == 1 else tuple(reversed(cities.values()))


def knows_zone(request: Request, ctx: Context, text: str) -> bool:
    """Whether the text means a zone or a city, even if it may mean several."""
    try:
        read_zone(ctx, text, request.now)
    except InvalidInput:
        return False
    return True
