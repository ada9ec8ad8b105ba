"""Every clinical rule, pure: no Django, no database. Called as `rules.triage(...)`; each rule is a module of the room.

| module | what it says |
| --- | --- |
| `modality` | every kind of picture there is: `declaration` is the shape, `fundus` and `chest` the two there are |
| `eligible` | what a programme asks for, and whom it screens |
| `visit_day` | when a visit was, whatever the phone's clock says |
| `questionnaire` | what a patient is asked, and what the answers mean |
| `evidence` | what is known of the pictures, and which of them speaks for a view |
| `threshold_in_force` | which operating point binds a picture |
| `care` | what happens to the patient now |
| `priority` | how soon a specialist is asked |
| `quality_sample` | which all-clears readers look at |
| `grades` | what each grade means for the patient |
| `settlement` | when reads amount to an answer |
| `held` | what may be decided about a delivery that no rule can settle |
| `follow_up` | when to ask whether a patient went |
| `folding`, `search_keys` | what makes two spellings one, and what a patient is found by |
| `likeness` | whether two people may be one, to be asked at enrolment |
| `agreement`, `crossed_study` | how well readers read |

No function or class here has the name of a module: one would hide the other.
"""

from screening.rules.care import (
    LEFT_AFTER,
    VERSION,
    Action,
    Reason,
    Verdict,
    retakes_left,
    triage,
)
from screening.rules.declaration import Modality
from screening.rules.eligible import Ineligible, Protocol, eligibility
from screening.rules.evidence import BEST_FIRST, SURE_LAST, Evidence, ImageState, Picture, Said, best, together
from screening.rules.modality import MODALITIES
from screening.rules.priority import DUE, ORDERED, RANK, Priority, due, more_urgent
from screening.rules.quality_sample import drawn
from screening.rules.settlement import OUTCOME_OF, Opinion, Settled, Settlement, settle
from screening.rules.visit_day import Began, began

__all__ = [
    "BEST_FIRST", "DUE", "LEFT_AFTER", "MODALITIES", "ORDERED", "OUTCOME_OF", "RANK", "SURE_LAST", "VERSION",
    "Action", "Began", "Evidence", "ImageState", "Ineligible", "Modality", "Opinion", "Picture", "Priority", "Protocol",
    "Reason", "Said", "Settled", "Settlement", "Verdict",
    "began", "best", "drawn", "due", "eligibility", "more_urgent", "retakes_left", "settle", "together", "triage",
]  # fmt: skip
