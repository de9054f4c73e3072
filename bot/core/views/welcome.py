"""What is said to somebody who is new, or who asks what there is."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core.chat.codec import Action
from bot.core.chat.command import Command, Option
from bot.core.chat.control import Button, Choice, Select
from bot.core.chat.message import Actions, Block, Divider, Message, Text
from bot.core.chat.part import Markdown
from bot.core.views.guide import READ
from bot.core.views.lines import example_line, naming_line
from bot.core.views.questions import SHOW_MAP

EXPLAIN = Action("command.explain", "name")

PROMISE = (
    "I help you move from cloud engineering to AI engineering. Most of what you do carries over; "
    "I show what does, which gap is left, and where each answer comes from."
)
STEPS = (
    "**First steps**\n"
    "- Tell me what you run: `/skillgap I run EKS and look after RDS`\n"
    "- Rate what you know with `/assess`, then get dated weeks with `/plan start`\n"
    "- See a mistake that many meet on the way: `/tip`\n"
    "- Look around in the guide: `/guide`"
)
GUIDE_PAGE = "strengths"


def welcome_card(commands: Sequence[Command]) -> Message:
    """First steps, then every command with one line."""
    # A list to choose from has 25 entries at most: a group is explained as a whole.
    roots = dict.fromkeys(command.root for command in commands)
    picker = Select(EXPLAIN.select(), "Explain a command", tuple(Choice(f"/{one}", one) for one in roots))
    lists = [
        Text((Markdown(f"**{title}**\n{lines}"),))
        for title, lines in (
            ("All commands", _lines(one for one in commands if not one.lead)),
            ("For leads", _lines(one for one in commands if one.lead)),
        )
        if lines
    ]
    return Message(
        "Hello, I'm Cairn",
        (
            Text((Markdown(PROMISE),)),
            Text((Markdown(STEPS),)),
            _first_buttons(),
            Divider(),
            *lists,
            Actions((picker,)),
        ),
    )


def arrival() -> Message:
    """What is said where Cairn has just come."""
    lead = "`/lead create` begins a cohort, `/cairn` lists everything. I write to nobody who didn't ask."
    return Message(
        "Hello, I'm Cairn", (Text((Markdown(PROMISE),)), Text((Markdown(lead),)), _first_buttons())
    )


def command_card(command: Command, now: datetime) -> Message:
    """One command: what it does, what it takes, who sees the answer, and a line to type."""
    seen = "Only you see the answer." if command.private else "Everybody in the channel sees the answer."
    lead = " Only leads may use it." if command.lead else ""
    options = "\n".join(_option(option) for option in command.options) or "It takes nothing more."
    blocks = [Text((Markdown(f"{command.description}. {seen}{lead}"),)), Text((Markdown(options),))]
    if shown := _shown_lines(command, now):
        blocks.append(Text((Markdown(shown),)))
    return Message(f"/{command.name}", tuple(blocks))


def group_card(commands: Sequence[Command], now: datetime) -> Message:
    """The commands of a group with what each takes."""
    root = commands[0].root
    usages = "\n".join(
        f"- `/{' '.join((command.name, *(f'[{option.name}]' for option in command.options)))}` "
        f"{command.description}"
        for command in commands
    )
    lead = " Only leads may use them." if all(command.lead for command in commands) else ""
    named = next(filter(None, (naming_line(command, now) for command in commands)), "")
    how = f" Options can be named, as in `{named}`, or left unnamed where it is clear what they are."
    hint = f"`/cairn {commands[0].name}` explains one of them.{how if named else ''}{lead}"
    return Message(f"/{root}", (Text((Markdown(usages),)), Text((Markdown(hint),))))


def first_steps_piece() -> tuple[Block, ...]:
    """For the home: what to do first."""
    return (Text((Markdown(STEPS),)), _first_buttons())


def _first_buttons() -> Actions:
    return Actions(
        (Button("The skill map", SHOW_MAP(), "primary"), Button("Your strengths", READ(GUIDE_PAGE)))
    )


def _lines(commands: Iterable[Command]) -> str:
    return "\n".join(f"- `/{command.name}` {command.description}" for command in commands)


def _shown_lines(command: Command, now: datetime) -> str:
    """A line that works, and how an option is named in one."""
    named, example = naming_line(command, now), example_line(command, now)
    if not named:
        return ""
    lead = f"Such as `{example}`. " if example not in (f"/{command.name}", f"/cairn {command.name}") else ""
    return (
        f"{lead}An option can be named, as in `{named}`, with quotes around several words; "
        "unnamed ones go where they fit."
    )


def _option(option: Option) -> str:
    need = "" if option.required else " (can be left out)"
    return f"- `{option.name}` {option.description}{need}"
