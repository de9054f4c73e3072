"""Faults in backups, the journal and what a restore sends."""

from tests.faults.fault import Fault

SLOTS = "bot/storage/slots.py"
REPLAY = "bot/storage/replay.py"
RESTORE = "bot/recovery/restore.py"
RESTORED = "tests/contract/test_restored.py"
REPLAYED = "tests/contract/test_replayed.py"
BACKUPS = "tests/contract/test_backup.py"

FAULTS = (
    Fault(
        "a restored database gives leases before it is confirmed",
        "bot/storage/leases.py",
        "free, ~UNCONFIRMED)",
        "free)",
        RESTORED,
        "before_it_is_confirmed and sqlite",
    ),
    Fault(
        "a restored database plans before it is confirmed",
        SLOTS,
        ", ~UNCONFIRMED)\n    .order_by(slots.c.next_at",
        ")\n    .order_by(slots.c.next_at",
        RESTORED,
        "before_it_is_confirmed and sqlite",
    ),
    Fault(
        "what may have been sent before a restore is sent without a look",
        "bot/delivery/restored.py",
        "if not occurrence.restored:",
        "if occurrence:",
        RESTORED,
        "without_a_journal and sqlite",
    ),
    Fault(
        "an occurrence that passed before a restore counts as new",
        SLOTS,
        '"restored": func.coalesce(_bound("at") <= _LAST_RESTORE, false()),',
        '"restored": false(),',
        RESTORED,
        "without_a_journal and sqlite",
    ),
    Fault(
        "what the platform can't tell after a restore is sent again",
        "bot/delivery/restored.py",
        "raise PerhapsSent(PERHAPS_SENT)",
        "return await self._messenger.post(occurrence, notice)",
        RESTORED,
        "can_not_tell and sqlite",
    ),
    Fault(
        "numbers are given out again after a restore",
        REPLAY,
        "        skip_numbers(connection, now)\n",
        "",
        RESTORED,
        "numbers and sqlite",
    ),
    Fault(
        "members count as silent for weeks that a restore lost",
        REPLAY,
        "        _forget_silence(connection)\n",
        "",
        RESTORED,
        "silent_for_weeks and sqlite",
    ),
    Fault(
        "the journal isn't told what was sent",
        "bot/storage/ledger.py",
        "note_sent(self.connection, ",
        "list(",
        RESTORED,
        "the_journal_knows and sqlite",
    ),
    Fault(
        "what was turned off and on again is off after a restore",
        REPLAY,
        "if one.did in SLOTS and last[one.facts] is not one:",
        "if one.did == 'slotted':",
        REPLAYED,
        "no_reminder and sqlite",
    ),
    Fault(
        "notes of a transaction that is rolled back are handed over",
        "bot/storage/transaction.py",
        "                yield connection\n",
        "                try:\n"
        "                    yield connection\n"
        "                finally:\n"
        "                    hand_over(connection)\n",
        REPLAYED,
        "rolled_back and sqlite",
    ),
    Fault(
        "a damaged backup is not compared with its sum",
        RESTORE,
        "if known != sum_of(backup):",
        "if not known:",
        BACKUPS,
        "damaged and sqlite",
    ),
    Fault(
        "other keys than the backup's are taken",
        RESTORE,
        "if missing := facts.keys - wish.keys:",
        "if missing := facts.keys - facts.keys:",
        BACKUPS,
        "same_keys and sqlite",
    ),
    Fault(
        "a database in use is replaced",
        RESTORE,
        "if sqlite_copy.is_in_use(target):",
        "if not target.exists():",
        BACKUPS,
        "in_use and sqlite",
    ),
    Fault(
        "a restore that fails half-way leaves the old database set aside",
        RESTORE,
        "            postgres_copy.put_back(database.engine, aside)\n",
        "",
        BACKUPS,
        "half_way and postgres",
    ),
    Fault(
        "what a full disk cut off stays in the journal",
        "bot/recovery/journal.py",
        "            os.ftruncate(self.number, self._size)\n",
        "",
        "tests/unit/test_journal.py",
        "half_line",
    ),
    Fault(
        "a clock that is set ahead deletes the journal",
        "bot/recovery/journal.py",
        "if any(oldest <= began_at(file) <= ",
        "if files or any(oldest <= began_at(file) <= ",
        "tests/unit/test_journal.py",
        "set_ahead",
    ),
)
