"""Plants one fault at a time into a copy of the tree and demands that a test turns red: `make planted`.

A fault that no test sees is printed as ALIVE, one whose place in the code is gone as LOST; where the tests
are red without it, nothing is proved. All of these end in 1.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.fault import Fault
from tests.faults.plants import all_faults

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("bot", "tests", "content", "migrations", "pyproject.toml", "README.md", ".env.example")
PATIENCE = 300.0  # seconds; what turns into an endless loop is seen as well

FAULTS = all_faults()


def try_fault(fault: Fault) -> str:
    """What became of the fault: "red" is what is hoped for."""
    with tempfile.TemporaryDirectory(prefix="cairn-planted-") as folder:
        tree = Path(folder)
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, tree / name)
        file = tree / fault.file
        text = file.read_text(encoding="utf-8")
        if fault.right not in text:
            return "LOST"
        if run_tests(tree, fault) != 0:
            return "RED BEFORE"
        file.write_text(text.replace(fault.right, fault.wrong, 1), encoding="utf-8")
        return "red" if run_tests(tree, fault) == 1 else "ALIVE"


def run_tests(tree: Path, fault: Fault) -> int:
    """The status of pytest: 0 is green, 1 is red, and 5 means that no test was chosen."""
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
    ]
    command += [*fault.tests.split(), "-k", fault.chosen]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return 1
    return done.returncode


def main() -> int:
    chosen = [fault for fault in FAULTS if all(word in fault.name for word in sys.argv[1:])]
    print(f"{'fault':56} {'tests':34} {'seconds':>7}  result")
    survived = 0
    for fault in chosen:
        began = time.monotonic()
        result = try_fault(fault)
        survived += result != "red"
        took = time.monotonic() - began
        print(f"{fault.name:56} {Path(fault.tests.split()[0]).name:34} {took:7.1f}  {result}")
    print(f"{len(chosen) - survived} of {len(chosen)} turned a test red")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
