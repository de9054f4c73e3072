"""What is said when something can't be done: what happened, and what to do next."""

import re
from collections.abc import Sequence

from bot.core.chat.markup import clip
from bot.core.chat.message import Message, Text
from bot.core.chat.part import Markdown, Plain
from bot.core.errors import UserError
from bot.core.views.lines import LINES
from bot.core.views.typed_back import hand_back

FACT_ROOM = 300

WORDS: dict[str, tuple[str, ...]] = {
    # A text is told in pieces: ours, then the name of a fact, then ours again, and so on.
    "batch.line": ("Line ", "line", " is not a JSON object with an id and a text. Mend it and run again."),
    "button.foreign": (
        "That button is not one I can use. Run the command again for a fresh one; `/cairn` lists them all.",
    ),
    "call.unreadable": ("I couldn't read that. Run the command again; `/cairn` lists them all.",),
    "channel.closed": (
        "I can't post here by myself. ",
        "remedy",
        ", then ask there again. Meanwhile `/lead tips list` shows what is posted each week.",
    ),
    "channel.none": (
        (
            "I can't tell which channel you mean. Ask again in the one where it shall appear; "
            "`/lead tips list` shows what is posted each week."
        ),
    ),
    "cap.day": (
        "Nobody can do that more than ",
        "most",
        " times a day, so nothing was changed. Try again in ",
        "hours",
        " h.",
    ),
    "cohort.another": (
        "You are in ",
        "cohort",
        " already, and one cohort at a time is enough. `/cohort leave` first, then join.",
    ),
    "cohort.full": (
        "A cohort takes ",
        "most",
        " members, and this one is full. `/cohort view` shows the others; or ask a lead for one more.",
    ),
    "cohort.gone": ("That cohort is closed. `/cohort view` shows those that are running.",),
    "cohort.many": ("Already ", "most", " cohorts are running. Close one first."),
    "cohort.none": ("You are in no cohort. `/cohort join` shows those that are running.",),
    "cohort.nowhere": ("No cohort is running here yet. A lead can begin one with **/lead create**.",),
    "cohort.removed": (
        (
            "A lead took you out of this cohort. Ask them for an invitation by name; "
            "`/cohort view` shows those that are running."
        ),
    ),
    "cohort.taken": ("A cohort called ", "cohort", " is running already. Please choose another name."),
    "cohort.unknown": ("I know no cohort called ", "cohort", ". There is: ", "cohorts", "."),
    "cohort.which": ("Which cohort? Name one of these: ", "cohorts", "."),
    "command.group": ("I don't know the command ", "command", "."),
    "command.near": ("I don't know the command ", "command", ". Did you mean /", "near", "?"),
    "command.unknown": ("I don't know the command ", "command", ". `/cairn` lists all of them."),
    "count.range": ("I can list ", "least", " to ", "most", " of them. Please choose a number between."),
    "evidence.full": ("A goal takes at most ", "most", " links. Withdraw or change one: `/goal` shows them."),
    "evidence.gone": ("I don't have that link of yours any more. `/goal` shows what there is.",),
    "evidence.host": (
        (
            "Others can't open that link: it needs a public name, such as https://github.com/you/project. "
            "`/goal` shows where it goes."
        ),
    ),
    "evidence.kind": ("This goal takes links to: ", "kinds", ". Choose one of them; `/goal` shows the goal."),
    "evidence.link": (
        (
            "That is no link I can keep. It begins with https:// and holds no spaces, such as "
            "https://github.com/you/project; copy it from your browser. `/goal` shows where it goes."
        ),
    ),
    "evidence.login": (
        (
            "That link holds a user name or password. Take it out, change the password, and try again: "
            "`/goal` shows where the link goes."
        ),
    ),
    "evidence.long": (
        "A link has at most ",
        "limit",
        " characters. A shorter one fits; `/goal` shows where.",
    ),
    "goal.gone": ("That goal is not in your plan any more. `/goal` shows what is.",),
    "input.required": (
        "Something in the form was left empty. Open it again and fill it in; `/cairn` lists every command.",
    ),
    "instant.far": ("The calendar that I know doesn't reach that far around ", "instant", "."),
    "instant.open": ("", "instant", " leaves open whose clock it means. End it with Z, or with +01:00."),
    "instant.unknown": ("I can't read ", "instant", " as an instant. Try 2027-01-31T09:00Z."),
    "lead.none": (
        "",
        "member",
        " was not made a lead here, so stays as they are.",
    ),
    "lead.only": (
        "Only leads of this community can do that. Ask one of them; `/cairn` lists what you can do yourself.",
    ),
    "level.missing": ("Please choose a level for ", "row", ". `/assess` opens the step again."),
    "member.missing": ("Which member? Choose one, or type their @handle.",),
    "member.new": (
        "They haven't used me here yet, so nothing changed. `/lead invite` calls them to a cohort.",
    ),
    "member.outside": ("", "member", " is not in that cohort."),
    "member.several": (
        "Several members are called ",
        "member",
        ". Type a part of the name and pick the right one from the list, or type their @handle.",
    ),
    "member.unknown": (
        "I don't know a member called ",
        "member",
        ". Choose them from the list while you type, or use the @handle of somebody who has used me here.",
    ),
    "option.bool": ("", "option", " takes yes or no."),
    "option.choice": ("", "option", " takes one of these: ", "choices", "."),
    "option.date": ("", "option", " takes a date such as 2027-01-31."),
    "option.integer": ("", "option", " takes a whole number from ", "least", " to ", "most", "."),
    "option.long": (
        "",
        "option",
        " takes at most ",
        "limit",
        " characters. Please shorten it and try again.",
    ),
    "option.required": ("/", "command", " needs ", "option", "."),
    "option.unknown": ("/", "command", " has no ", "option", "."),
    "outbox.gone": ("There is no row ", "row", ". `cairn outbox list` shows what is held or dead."),
    "outbox.state": ("Row ", "row", " is ", "state", ": only held and dead rows can be changed."),
    "outbox.which": ("Which row? Name it: cairn outbox ", "do", " 42."),
    "page.range": ("Your plan has ", "pages", ". Choose one of them, or leave the page out."),
    "pace.range": ("Choose a number from ", "least", " to ", "most", ": that many hours a week."),
    "pace.tight": (
        "What is left doesn't fit at ",
        "pace",
        " hours a week. Choose more hours, or give yourself time with Extend in `/goal`.",
    ),
    "page.gone": ("That page is not in the guide any more. `/guide` shows what there is.",),
    "pause.long": (
        "A pause lasts at most ",
        "weeks",
        " weeks. Choose an earlier day, or end the plan; nothing gets lost.",
    ),
    "pause.past": (
        "A pause takes whole weeks, so the day you are back has to be later. Try next Monday or after.",
    ),
    "piece.unknown": (
        "I know no piece called ",
        "piece",
        ". Give the id or the file of a tip, page, skill, goal or track.",
    ),
    "plan.empty": (
        (
            "You know or have done everything in this track, so nothing is left to plan. "
            "`/guide` shows the other tracks."
        ),
    ),
    "plan.ended": ("That plan has ended, so I changed nothing. `/plan history` shows it.",),
    "plan.full": (
        "That doesn't fit into the weeks that are left at ",
        "pace",
        " hours a week. Give yourself more, such as `/plan pace 20`, then try again.",
    ),
    "plan.gone": ("I don't have that plan of yours. `/plan history` shows those that ended.",),
    "plan.none": ("You have no plan yet. `/plan start` makes one in a moment.",),
    "plan.over": (
        "The last week of your plan is over. `/goal` shows what waits, `/plan start` begins anew.",
    ),
    "question.gone": ("I don't have that question of yours any more. Ask again with `/skillgap`.",),
    "reminder.over": ("That reminder is over. `/reminders view` shows when the next one comes.",),
    "role.everyone": ("Everybody has that role, so it can make no leads. Please choose another.",),
    "role.leads": ("That role makes no leads, so nothing changed.",),
    "role.none": ("I'm told of no roles here, so name the member instead.",),
    "schedule.gone": ("That is not posted any more. `/lead tips list` shows what is.",),
    "skill.gone": ("That row is not on the map any more. `/skillgap` shows the map as it is.",),
    "space.unclear": (
        "From here I can't tell which community you mean. Type it in the community itself: `/cairn`.",
    ),
    "start.far": ("A plan starts within a year from now. Please choose an earlier day.",),
    "start.past": ("That week is over already. Leave `start` out to begin on the next Monday.",),
    "summary.old": (
        "That preview is over a week old, so I posted nothing. `/lead summary` shows how things are now.",
    ),
    "tip.gone": ("That tip is not there any more. `/tip` shows another one.",),
    "topic.unknown": ("I have nothing about ", "topic", ". There is: ", "topics", "."),
    "wall.unknown": ("I can't read ", "time", " as a time of day. Try 9:00, 18:30 or 9 am."),
    "week.range": ("Your plan has the weeks 1 to ", "most", ". Please choose one of them."),
    "weekday.unknown": ("I know no day called ", "weekday", ". Try Monday, or Mon."),
    "zone.missing": ("By whose clock? Give `zone` a big city nearby, or a zone such as Europe/Lisbon.",),
    "zone.unknown": (
        "I know no single clock for ",
        "zone",
        ". Type a big city nearby and pick it from the list, or a zone such as Europe/Lisbon.",
    ),
}


# What may become part of our own words: nothing in it is markup.
COMMAND_NAME = re.compile(r"[a-z]+(?: [a-z]+)*")


def refusal(error: UserError, typed: Sequence[str] = (), line: str = "") -> Message:
    """Why the caller's request was not done. Facts may have been typed by people, so they stay plain.

    `typed` is what a refused form held: the form is gone on some platforms, its text must not be. `line`
    works when it is typed as it stands; a reason that has one among its words needs none.
    """
    pieces = WORDS[error.reason]
    parts = tuple(
        Plain(clip(error.facts[piece], FACT_ROOM)) if index % 2 else Markdown(piece)
        for index, piece in enumerate(_name_command(error, pieces))
        if piece
    )
    line = line or LINES.get(error.reason, "")
    if line and not any("`/" in piece for piece in pieces[::2]):
        parts = (*parts, Markdown(f" This works: `{line}`"))
    return Message("That didn't work", (Text(parts), *hand_back(typed)))


def _name_command(error: UserError, pieces: tuple[str, ...]) -> tuple[str, ...]:
    """The pieces with a command of ours as a part of our own words, so that it is called as it is typed here:
    not as a line to type, which it is only with what it lacks."""
    for at, piece in enumerate(pieces):
        if piece.endswith("/") and COMMAND_NAME.fullmatch(error.facts.get(pieces[at + 1], "")):
            named = f"{piece[:-1]}**/{error.facts[pieces[at + 1]]}**{pieces[at + 2]}"
            return (*pieces[:at], named, *pieces[at + 3 :])
    return pieces


def busy(typed: Sequence[str] = ()) -> Message:
    """Nothing was done, and it is nobody's mistake. `typed` as in `refusal`."""
    says = "That took too long, so I kept nothing of it. Please try again in a moment."
    return Message("One moment", (Text((Markdown(says),)), *hand_back(typed)))


def bug(reference: str, typed: Sequence[str] = ()) -> Message:
    """Something broke on our side. `reference` finds the trace in the log. `typed` as in `refusal`."""
    return Message(
        "That was my mistake",
        (
            Text(
                (
                    Markdown(
                        "Something broke on my side, and nothing was changed. Try again; if it happens "
                        f"twice, give this reference to whoever runs me: `{reference}`"
                    ),
                )
            ),
            *hand_back(typed),
        ),
    )
