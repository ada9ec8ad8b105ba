"""Every clinical rule, pure: no Django, no database.

`care` is the face of the room and is called as `rules.triage(...)`; the scales, the questions and the smaller rules are
modules beside it.
"""

from screening.rules.care import (
    BEST_FIRST,
    CAPTURE_CLASSES,
    DUE,
    ORDERED,
    OUTCOME_OF,
    RANK,
    SURE_LAST,
    VERSION,
    Action,
    CaptureClass,
    Evidence,
    ImageState,
    Ineligible,
    Opinion,
    Picture,
    Priority,
    Protocol,
    Reason,
    Said,
    Settled,
    Settlement,
    Verdict,
    View,
    best,
    drawn,
    due,
    eligibility,
    more_urgent,
    retakes_left,
    settle,
    together,
    triage,
)

__all__ = [
    "BEST_FIRST", "CAPTURE_CLASSES", "DUE", "ORDERED", "OUTCOME_OF", "RANK", "SURE_LAST", "VERSION",
    "Action", "CaptureClass", "Evidence", "ImageState", "Ineligible", "Opinion", "Picture", "Priority", "Protocol",
    "Reason", "Said", "Settled", "Settlement", "Verdict", "View",
    "best", "drawn", "due", "eligibility", "more_urgent", "retakes_left", "settle", "together", "triage",
]  # fmt: skip
