"""The catalog as the page's list of commands: what the other platforms keep in their own menus."""

from datetime import date
from typing import Any

from bot.core.catalog import Catalog
from bot.core.chat.command import Command, Option
from bot.core.ids import Role

KINDS: dict[type, str] = {str: "text", int: "integer", bool: "yes_no", date: "date"}


def palette(catalog: Catalog) -> list[dict[str, Any]]:
    """Every command with its options, in the order of their declaration."""
    return [_command(command) for command in catalog.commands.values()]


def _command(command: Command) -> dict[str, Any]:
    return {
        "name": command.name,
        "description": command.description,
        "private": command.private,
        "lead": command.lead,
        "options": [_option(one) for one in command.options if one.kind is not Role],
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "description": option.description,
        "kind": KINDS[option.kind],
        "required": option.required,
        "limit": option.limit,
        "suggests": option.suggest is not None,
        "choices": [{"label": choice.label, "value": choice.value} for choice in option.choices],
    }
