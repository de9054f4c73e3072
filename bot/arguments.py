"""Reads what was typed behind `cairn`. Every refusal is one line that says what would work."""

import argparse
import re
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from bot.core.errors import UsageError
from bot.suggesting import suggest

MAX_PORT = 65_535
# argparse's own words for what it refuses; everything else that it says is passed on.
_CHOICE = re.compile(r"argument (?P<name>[^:]+): invalid choice: '?(?P<typed>.*?)'? \(")
_VALUE = re.compile(r"argument (?P<name>[^:]+): invalid \w+ value: (?P<typed>.*)")
_HELP = "cairn --help shows every verb with its options."


class Arguments(argparse.ArgumentParser):
    """A parser that raises UsageError instead of ending the process, and shows every verb in its help."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Reads the words. Raises UsageError for words that can't be read; SystemExit after `--help`."""
        found, left = self.parse_known_args(args, namespace)
        if not left:
            return found
        option = next((one for one in left if one.startswith("-")), "").partition("=")[0]
        reader: Arguments = found.reader
        if option:
            close = suggest(option, reader.options())
            raise UsageError(f"{_quote(option)} is no option of {reader.prog}.{close} {reader.hint()}")
        raise UsageError(f"{reader.prog} has no use for {_quote(left[0])} there. {reader.hint()}")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; `reader` in the result is the parser of the last verb."""
        found, left = super().parse_known_args(args, namespace)
        if not hasattr(found, "reader"):
            found.reader = self
        return found, left

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with what would be taken instead."""
        if refused := _CHOICE.match(message):
            name, typed = refused["name"], _quote(refused["typed"])
            choices = list(self._choices(name))
            close = suggest(refused["typed"], choices)
            if name == "VERB":
                raise UsageError(f"{typed} is no verb.{close} {self.hint()}")
            named = f"{name} of {self.prog}" if name.startswith("--") else self.prog
            raise UsageError(f"{named} takes {_list(choices)}, and not {typed}.{close} {self.hint()}")
        if refused := _VALUE.match(message):
            name, typed = refused["name"], _quote(refused["typed"].strip("'"))
            raise UsageError(f"{name} of {self.prog} takes a number, and not {typed}. {self.hint()}")
        name, colon, says = message.removeprefix("argument ").rstrip(".").partition(": ")
        if message.startswith("argument ") and colon:
            raise UsageError(f"{name} of {self.prog} {says.replace('expected', 'takes')}. {self.hint()}")
        missing = says if name.startswith("the following arguments are required") else ""
        raise UsageError(f"{self.prog} {f'lacks {missing}' if missing else message}. {self.hint()}")

    def hint(self) -> str:
        """Returns the sentence that says where the options stand."""
        return _HELP if self.prog == "cairn" else f"{self.prog} --help shows what it takes."

    def options(self) -> list[str]:
        """Returns the long options."""
        return [word for action in self._actions for word in action.option_strings if word.startswith("--")]

    def format_help(self) -> str:
        """Returns the help; of the whole program with the options of each verb."""
        told = super().format_help()
        verbs = [verb for verb in self._leaves() if verb is not self]
        if self.prog != "cairn" or not verbs:
            return told
        return told + "\nevery verb with its options:\n" + "".join(verb.describe() for verb in verbs)

    def describe(self) -> str:
        """Returns the usage in one line, and a line for each option."""
        usage = " ".join(self.format_usage().removeprefix("usage: ").replace("[-h] ", "").split())
        lines = [f"  {usage.removesuffix(' [-h]')}\n"]
        for action in self._actions:
            words = ", ".join(action.option_strings) or str(action.metavar or action.dest)
            if action.help and "--help" not in action.option_strings:
                lines.append(f"      {words:<16} {action.help}\n")
        return "".join(lines)

    def _leaves(self) -> "Iterator[Arguments]":
        below = [one for one in self._actions if isinstance(one, argparse._SubParsersAction)]
        if not below:
            yield self
        for action in below:
            for parser in dict.fromkeys(action.choices.values()):
                yield from parser._leaves()

    def _choices(self, name: str) -> Iterator[str]:
        for action in self._actions:
            if action.choices is not None and name in (action.metavar, action.dest, *action.option_strings):
                yield from map(str, action.choices)


def port(text: str) -> int:
    """Reads a port. Raises ArgumentTypeError with the range."""
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"takes a number from 0 to {MAX_PORT}, and not {_quote(text)}")
    return int(text)


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _quote(text: str) -> str:
    """What was typed, on one line; long words are cut, and a value behind `=` is left out."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:60]
