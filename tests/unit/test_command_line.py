import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.catalog import Catalog
from bot.core.chat.call import Typed
from bot.core.chat.command_line import read_line
from bot.core.handlers import FEATURES

COMMANDS = Catalog(FEATURES).commands


@pytest.mark.parametrize(
    ("line", "name", "options"),
    [
        ("skillgap", "skillgap", {}),
        ("skillgap I run EKS", "skillgap", {"question": "I run EKS"}),
        ("skillgap I don't know k8s: really", "skillgap", {"question": "I don't know k8s: really"}),
        ("skillgap https://a.example/?b:c", "skillgap", {"question": "https://a.example/?b:c"}),
        ("skillgap question:I run EKS", "skillgap", {"question": "I run EKS"}),
        ('skillgap question:"I run EKS"', "skillgap", {"question": "I run EKS"}),
        ("skillgap “I run EKS”", "skillgap", {"question": "I run EKS"}),
        ("skillgap „I run EKS“", "skillgap", {"question": "I run EKS"}),
        ("skillgap «I run EKS»", "skillgap", {"question": "I run EKS"}),
        ("skillgap ‘I run EKS’", "skillgap", {"question": "I run EKS"}),
        ("skillgap 'I run EKS'", "skillgap", {"question": "I run EKS"}),
        ("skillgap ‘EKS’ and RDS", "skillgap", {"question": "‘EKS’ and RDS"}),
        ('skillgap "question: this" is one', "skillgap", {"question": '"question: this" is one'}),
        ("skillgap 2027-01-04 is a day", "skillgap", {"question": "2027-01-04 is a day"}),
        ("skillgap nonsense:x", "skillgap", {"nonsense": "x"}),
        ("plan start 2026-12-07 hours:6", "plan start", {"start": "2026-12-07", "hours": "6"}),
        (
            "plan start devops 2027-01-04 hours: 6 zone:Europe/Lisbon",
            "plan start",
            {"track": "devops", "start": "2027-01-04", "hours": "6", "zone": "Europe/Lisbon"},
        ),
        ("plan start zone:“New York” hours:‘6’", "plan start", {"zone": "New York", "hours": "6"}),
        ("plan Start Hours:6", "plan start", {"hours": "6"}),
        ("plan\tstart\nhours:6", "plan start", {"hours": "6"}),
        ("plan start hours:", "plan start", {"hours": ""}),
        ("plan start start:2027-01-04 2027-01-11", "plan start", {"start": "2027-01-04 2027-01-11"}),
        ("plan pause 2027-01-21", "plan pause", {"until": "2027-01-21"}),
        ("goal 3", "goal", {"week": "3"}),
        ("plan", "plan view", {}),
        ("reminders", "reminders view", {}),
        ("cohort", "cohort view", {}),
        ("lead", "cairn", {"command": "lead"}),
        ("cairn help", "cairn", {}),
        ("plan help", "cairn", {"command": "plan"}),
        ("plan start ?", "cairn", {"command": "plan start"}),
        ("plan start 6", "plan start", {"hours": "6"}),
        (
            "plan start 2026-12-07 6 Lisbon",
            "plan start",
            {"start": "2026-12-07", "hours": "6", "track": "Lisbon"},
        ),
        ("reminders on fri 9", "reminders on", {"day": "fri", "hour": "9"}),
        ("reminders set 9:30 pm sunday", "reminders set", {"day": "sunday", "hour": "9:30 pm"}),
        ("reminders snooze tomorrow", "reminders snooze", {"later": "24"}),
        ("reminders snooze In three hours", "reminders snooze", {"later": "3"}),
        ("lead tips set mon 9", "lead tips", {"action": "set", "day": "mon", "hour": "9"}),
        ("lead invite Autumn @bob", "lead invite", {"cohort": "Autumn", "member": "@bob"}),
        (
            'lead invite "Autumn at night" @bob',
            "lead invite",
            {"cohort": "Autumn at night", "member": "@bob"},
        ),
        (
            "lead schedule fri 16:00 Lisbon off",
            "lead schedule",
            {"day": "fri", "hour": "16:00", "zone": "Lisbon", "off": "yes"},
        ),
        ("lead promote bob", "lead promote", {"member": "bob"}),
        ("cohort join Autumn 2026", "cohort join", {"cohort": "Autumn 2026"}),
        ("reminders on Fri, 9am", "reminders on", {"day": "Fri,", "hour": "9am"}),
        ("reminders on FRIDAYS at 09.00", "reminders on", {"day": "FRIDAYS", "hour": "at 09.00"}),
        ("reminders on 9 p.m. fri.", "reminders on", {"day": "fri.", "hour": "9 p.m."}),
        ("reminders on “fri”, ‘9h30’", "reminders on", {"day": "fri", "hour": "9h30"}),
        ("reminders on day=fri, hour = 9", "reminders on", {"day": "fri", "hour": "9"}),
        ("reminders on --day fri --hour 9", "reminders on", {"day": "fri", "hour": "9"}),
        ("reminders snooze 3h", "reminders snooze", {"later": "3"}),
        ("plan start 6 hours 2027–1–11", "plan start", {"hours": "6", "start": "2027-01-11"}),
        ("plan start 11 Jan 2027 6h", "plan start", {"start": "2027-01-11", "hours": "6"}),
        ("plan start [track] [start] [hours] [zone]", "plan start", {}),
        ("plan pace <hours>", "plan pace", {}),
        ("plan pace “8” hours.", "plan pace", {"hours": "8", "hours.": "hours."}),
        ("plan pause until 2027/01/18.", "plan pause", {"until": "2027-01-18"}),
        ("plan view page 2", "plan view", {"page": "2"}),
        ("goal #3.", "goal", {"week": "3"}),
        ("lead tips <set/list/off/preview> fri", "lead tips", {"day": "fri"}),
        ("lead schedule off.", "lead schedule", {"off": "yes"}),
        ("cairn help plan", "cairn", {"command": "plan"}),
        ("plan help start", "cairn", {"command": "plan start"}),
        ("help", "cairn", {}),
        ("plan start: 6", "plan start", {"hours": "6"}),
        ("plan dance 3", "plan dance", {}),
        ("dance on", "dance", {}),
        ("plan resume now please", "plan resume", {"now": "now please"}),
    ],
)
def test_a_line_is_read_as_people_type_it(line: str, name: str, options: dict[str, str]) -> None:
    root, *text = line.split(maxsplit=1)
    assert read_line(root, "".join(text), COMMANDS) == Typed(name, options)


@given(st.sampled_from(sorted({command.root for command in COMMANDS.values()})), st.text(max_size=200))
def test_any_line_is_read_and_loses_no_word(root: str, text: str) -> None:
    typed = read_line(root, text, COMMANDS)
    command = COMMANDS.get(typed.command)
    if command is not None and not command.options and typed.command == root:
        assert bool(typed.options) is bool(text.strip())
    if typed.command == "cairn" or command is None or any(one.choices for one in command.options):
        return  # an entry of a list comes back by its value
    for value in typed.options.values():
        assert set("".join(str(value).split())) <= set(text)
