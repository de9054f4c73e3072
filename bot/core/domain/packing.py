"""Packing: how hours of work go into weeks, in order and none split, with no week over 125 % of the pace."""

from collections.abc import Sequence

PACE_MIN = 4
PACE_MAX = 20


def most_hours(pace: int) -> int:
    """The most whole hours that a week may hold: 125 % of the pace. At 4 h that is 5, the longest goal."""
    return pace * 5 // 4


def fewest_weeks(
    hours: Sequence[int], pace: int, weeks_min: int, weeks_max: int, spent: int = 0
) -> int | None:
    """The fewest weeks into which `hours` pack; 0 when there are none, None when `weeks_max` is too few.

    They are looked for from the number that the pace asks for, kept within the bounds and not above the
    number of goals, upwards. `spent` are hours of the first week that are used up already.
    """
    if not hours:
        return 0
    if sum(hours) > weeks_max * most_hours(pace):
        return None
    asked = -(-(sum(hours) + spent) // pace)
    asked = min(max(weeks_min, min(asked, weeks_max)), len(hours))
    # Every number from the least that packs up to the number of goals packs too: split a fuller week.
    loads = (spent, *(0 for _ in hours))
    placed = fill(hours, loads, most_hours(pace))
    if placed is None or placed[-1] >= weeks_max:
        return None
    return max(asked, placed[-1] + 1)


def fill(hours: Sequence[int], loads: Sequence[int], most: int) -> tuple[int, ...] | None:
    """For each of `hours` the earliest week with room, none before the one ahead of it; None without room.

    `loads` are the hours that each week holds already. When this finds no place, no other order-keeping
    way does: whatever fits later also leaves more room when it goes in earlier.
    """
    placed, week, held = [], 0, 0
    for each in hours:
        while week < len(loads) and loads[week] + held + each > most:
            week, held = week + 1, 0
        if week == len(loads):
            return None
        held += each
        placed.append(week)
    return tuple(placed)


def push(hours: Sequence[int], earliest: Sequence[int], rooms: Sequence[int]) -> tuple[int, ...] | None:
    """For each of `hours` the earliest week with room that is neither before its own of `earliest` nor before
    the week of the one ahead of it; None without room. `rooms` are the hours that each week may hold.

    As with `fill`, no other order-keeping way finds room where this one doesn't.
    """
    placed, held = [], [0] * len(rooms)
    week = 0
    for each, first in zip(hours, earliest, strict=True):
        week = max(week, first)
        while week < len(rooms) and held[week] + each > rooms[week]:
            week += 1
        if week == len(rooms):
            return None
        held[week] += each
        placed.append(week)
    return tuple(placed)


def spread(
    hours: Sequence[int],
    loads: Sequence[int],
    most: int | Sequence[int],
    windows: Sequence[tuple[int, int]] | None = None,
) -> tuple[int, ...] | None:
    """For each of `hours` a week, in order, so that the weeks are as even as can be; None without room.

    Even means the least sum of the squared hours of all weeks. That also leaves no week empty while another
    holds two, when all weeks start out alike. Among equally even ways the earlier weeks get more. `most` is
    what a week may hold, or what each of them may. `windows` are the first and the last week that each of
    `hours` may go to; neither ever falls from one to the next.
    """
    rooms = [most] * len(loads) if isinstance(most, int) else most
    sums = [0]
    for each in hours:
        sums.append(sums[-1] + each)
    best: list[int | None] = [0, *(None for _ in hours)]
    cuts = []
    for week, (load, room) in enumerate(zip(loads, rooms, strict=True)):
        first, last = _allowed(windows, week, len(hours))
        best, cut = _fill_one(best, sums, load, room, first, last)
        cuts.append(cut)
    if best[-1] is None:
        return None
    placed, end = [0] * len(hours), len(hours)
    for week in range(len(loads) - 1, -1, -1):
        begin = cuts[week][end]
        placed[begin:end] = [week] * (end - begin)
        end = begin
    return tuple(placed)


def _allowed(windows: Sequence[tuple[int, int]] | None, week: int, count: int) -> tuple[int, int]:
    """The range of those that may go to the week: windows don't fall, so it has no holes."""
    if windows is None:
        return 0, count
    first = sum(last < week for _, last in windows)
    return first, sum(begin <= week for begin, _ in windows)


def _fill_one(
    best: list[int | None], sums: list[int], load: int, most: int, first: int, last: int
) -> tuple[list[int | None], list[int]]:
    """One more week, to which those from `first` to `last` (left out) may go: the least cost of having placed
    the first n, and where that week then begins."""
    least = [None if cost is None else cost + load * load for cost in best]
    cut = list(range(len(best)))
    for end in range(first + 1, last + 1):
        for begin in range(end - 1, first - 1, -1):
            held = load + sums[end] - sums[begin]
            if held > most:
                break
            before, known = best[begin], least[end]
            if before is not None and (known is None or before + held * held < known):
                least[end], cut[end] = before + held * held, begin
    return least, cut
