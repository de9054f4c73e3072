"""Frozen dataclasses <-> what JSON can hold: fields by position, tuples as lists, days as text."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Read = Callable[[Any], Any]


def write_plain(value: object) -> object:
    """`value` as lists, objects, texts, numbers and None."""
    if is_dataclass(value):
        return [write_plain(getattr(value, each.name)) for each in fields(value) if each.init]
    if isinstance(value, tuple):
        return [write_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: write_plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def read_plain(value: object, kind: type[T]) -> T:
    """The `kind` from which `write_plain` made `value`. For nothing else: little is checked."""
    read: Callable[[object], T] = _reader(kind)  # type: ignore[arg-type]  # a class is hashable
    return read(value)


@cache
def _reader(hint: Any) -> Read:
    origin, parts = get_origin(hint), get_args(hint)
    if is_dataclass(hint):
        return _dataclass_reader(hint)
    if origin is tuple:
        return _tuple_reader(parts)
    if origin is Mapping:
        item = _reader(parts[1])
        return lambda value: MappingProxyType({key: item(each) for key, each in value.items()})
    if origin in (Union, UnionType):
        (given,) = (_reader(part) for part in parts if part is not type(None))
        return lambda value: None if value is None else given(value)
    return date.fromisoformat if hint is date else _keep


def _dataclass_reader(kind: Any) -> Read:
    hints = get_type_hints(kind)
    readers = tuple(_reader(hints[each.name]) for each in fields(kind) if each.init)
    return lambda value: kind(*[read(each) for read, each in zip(readers, value, strict=True)])


def _tuple_reader(parts: tuple[Any, ...]) -> Read:
    if parts[-1] is not Ellipsis:
        readers = tuple(_reader(part) for part in parts)
        return lambda value: tuple([read(each) for read, each in zip(readers, value, strict=True)])
    item = _reader(parts[0])
    return tuple if item is _keep else lambda value: tuple([item(each) for each in value])


def _keep(value: Any) -> Any:
    return value
