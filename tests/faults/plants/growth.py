"""Faults in what keeps the database small."""

from tests.faults.fault import Fault

EXPIRY = "bot/storage/expiry.py"
CAPS = "tests/contract/test_caps.py"
RETENTION = "tests/contract/test_retention.py"

FAULTS = (
    Fault(
        "a member's questions are kept without end",
        "bot/storage/questions.py",
        "        self.connection.execute(_FORGET, _owner(member))\n",
        "",
        CAPS,
        "questions_the_newest and sqlite",
    ),
    Fault(
        "what may still be sent goes with the rest",
        EXPIRY,
        "ledger.c.state.not_in(OPEN)",
        "ledger.c.state != OPEN[0]",
        RETENTION,
        "still_be_sent and sqlite",
    ),
    Fault(
        "what is done within a day is not added up",
        "bot/storage/day_counts.py",
        "else_=day_counts.c.times + 1)",
        "else_=day_counts.c.times)",
        CAPS,
        "begun_ten_times and sqlite",
    ),
    Fault(
        "a refused day counts nobody's acts",
        "bot/core/handlers/caps.py",
        "if done.times > cap.most:",
        "if done.times > 10 * cap.most:",
        CAPS,
        "posted_once and sqlite",
    ),
    Fault(
        "an old preview is posted again once its stamp is forgotten",
        "bot/core/handlers/summaries.py",
        "if stamp < stamp_of(request.now - POST_WITHIN):",
        "if False:",
        CAPS,
        "within_a_week and sqlite",
    ),
    Fault(
        "times once chosen stay",
        EXPIRY,
        "~exists().where(slot_subjects.c.slot_id == slots.c.id)",
        "slots.c.id < 0",
        RETENTION,
        "once_chosen and sqlite",
    ),
    Fault(
        "nobody prunes",
        "bot/app.py",
        "((Purge(engine).step, keep), (Expiry(engine).step, timedelta()))",
        "((Purge(engine).step, keep),)",
        RETENTION,
        "prunes_by_itself",
    ),
    Fault(
        "a day has no end of calls",
        "bot/crowd.py",
        "if count >= self._most * MINUTES_A_DAY:",
        "if False:",
        "tests/unit/test_crowd.py",
        "fifty",
    ),
    Fault(
        "a day has a hundred times as many calls",
        "bot/crowd.py",
        "MINUTES_A_DAY = 50",
        "MINUTES_A_DAY = 5_000",
        "tests/unit/test_day_of_one_member.py",
        "adds_so_much",
    ),
)
