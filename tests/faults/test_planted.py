"""The list of planted faults is only worth something while each still has its place in the code."""

import pytest

from tests.faults.fault import Fault
from tests.faults.planted import FAULTS, ROOT


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_its_place(fault: Fault) -> None:
    assert fault.right in (ROOT / fault.file).read_text(encoding="utf-8")
    assert all((ROOT / path).is_file() for path in fault.tests.split())
