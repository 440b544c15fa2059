"""A masker that finds exactly what a test names, in a vault of its own."""

import pytest

from piimask_core import Masker, MemoryVault
from piimask_core.testing import recognizing

VALUES = {
    "EMAIL_ADDRESS": ["jane@example.com", "bob@company.com", "boss@corp.com"],
    "US_SSN": ["123-45-6789"],
    "PERSON": ['Jo "JJ" O\\Neil'],
}


@pytest.fixture
def masker() -> Masker:
    return Masker(recognizer=recognizing(VALUES), vault=MemoryVault())
