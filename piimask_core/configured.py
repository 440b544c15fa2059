"""An operator as people write it: a function, or what presidio-anonymizer takes."""

from collections.abc import Mapping
from typing import Any

from .errors import InputError
from .operators import Operator, presidio


def operator(given: Any) -> Operator:
    """An operator as it is given: a function, or as users of presidio-anonymizer write
    it, an ``OperatorConfig`` or a dict such as ``{"type": "mask", ...}``.

    Raises InputError for anything else.
    """
    if isinstance(given, Mapping):
        params = {str(key): value for key, value in given.items()}
        name = params.pop("type", None)
    else:
        name = getattr(given, "operator_name", None)
        params = getattr(given, "params", None) or {}
    if isinstance(name, str) and isinstance(params, Mapping):
        return presidio(name, **params)
    if callable(given):
        function: Operator = given
        return function
    raise InputError(
        "An operator is a function of (type, value), or a configuration of Presidio's."
    )
