"""Only the newest rows of a member are kept where nobody looks at older ones."""

from typing import Any

from sqlalchemy import ColumnElement, Delete, Table, and_, bindparam, delete, select, true


def forget_beyond(table: Table, most: int, which: ColumnElement[bool] | None = None) -> Delete:
    """Deletes the rows of `which` (default: all) of one member, given as `space` and `member`, that are older
    than the newest `most` of them."""
    older = older_than(table, most, which)
    return delete(table).where(table.c.id.in_(older))


def older_than(table: Table, most: int, which: ColumnElement[bool] | None = None) -> Any:
    """The numbers of those rows."""
    mine = and_(
        table.c.space_id == bindparam("space"),
        table.c.member_id == bindparam("member"),
        true() if which is None else which,
    )
    last = select(table.c.id).where(mine).order_by(table.c.id.desc()).limit(1).offset(most)
    return select(table.c.id).where(mine, table.c.id <= last.scalar_subquery())
