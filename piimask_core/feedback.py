"""Where was the masker wrong? What users and reviewers say, without a value.

>>> masker.feedback.false_positive(entity, text=text)
>>> masker.feedback.missed("EMPLOYEE_CODE")

Each report is an audit event: a type, a score's first decimal, what the surroundings
look like, and a keyed hash of the value, so that it counts once. Nothing changes by
itself; see ``refit``.
"""

import time
from dataclasses import dataclass, field

from .audit import Audit, Feature, Judged, Verdict, is_kept
from .entities import Entity, label_of
from .errors import AuditLogError
from .sinks import hashed
from .tally import score_bin


@dataclass(frozen=True, slots=True)
class Feedback:
    """Takes reports to the masker's audit.

    ``text``: what the entity stands in; it is read for the features, and forgotten.
    Raises AuditLogError where nobody keeps the report.
    """

    audit: Audit = field(repr=False)
    key: bytes = field(repr=False)

    def false_positive(self, entity: Entity, *, text: str = "") -> None:
        """This is no personal data at all."""
        self._tell("false_positive", entity.type, entity, text)

    def wrong_type(self, entity: Entity, type: str, *, text: str = "") -> None:
        """This is personal data, but of that type."""
        self._tell("wrong_type", entity.type, entity, text, type)

    def missed(self, type: str, *, value: str = "") -> None:
        """Personal data of this type was not masked."""
        self._tell("missed", type, None, value)

    def _tell(
        self,
        verdict: Verdict,
        type: str,
        entity: Entity | None,
        text: str,
        meant: str = "",
    ) -> None:
        start, end = (entity.start, entity.end) if entity else (0, len(text))
        value, failed = text[start:end], not is_kept(self.audit)
        try:
            event = Judged(
                verdict,
                label_of(type),
                label_of(meant) if meant else "OTHER",
                score_bin(entity.score) if entity else None,
                tuple(_features(text, start, value)) if entity else (),
                hashed(self.key, label_of(type), value) if value else "",
                at=time.time(),
            )
            if not failed:
                self.audit(event)
        except Exception:
            failed = True
        if failed:
            raise AuditLogError("Nobody keeps this report: give the masker an audit.")


def _features(text: str, start: int, value: str) -> list[Feature]:
    before = text[max(start - 24, 0) : start].rstrip()
    looks: dict[Feature, bool] = {
        "alone": bool(value) and text.strip() == value.strip(),
        "digits": any(map(str.isdigit, value)),
        "capitals": value[:1].isupper(),
        "labelled": before.endswith((":", "=", "#")),
    }
    return [name for name, holds in looks.items() if holds]
