"""A masker that finds exactly what a test names, in a vault of its own."""

import contextlib
import warnings

import pytest

from piimask_core import Masker, MemoryVault
from piimask_core.testing import recognizing

VALUES = {
    "EMAIL_ADDRESS": ["jane@example.com", "bob@company.com", "boss@corp.com"],
    "US_SSN": ["123-45-6789"],
    "PERSON": ['Jo "JJ" O\\Neil'],
}

with warnings.catch_warnings():  # an index imports langchain-community if it is there
    warnings.simplefilter("ignore")
    with contextlib.suppress(ImportError):
        import llama_index.core.bridge.langchain  # noqa: F401


@pytest.fixture
def masker() -> Masker:
    return Masker(recognizer=recognizing(VALUES), vault=MemoryVault())
