"""The nouns of the patient's path, in its order."""

from screening.models.decision import ActionCode, Decision
from screening.models.encounter import Encounter
from screening.models.image import CaptureClassCode, IdentityAlert, IdentityAnswer, Image, ViewCode
from screening.models.notice import Notice
from screening.models.patient import Consent, Origin, Patient, Sex
from screening.models.programme import (
    Certificate,
    ConsentText,
    Modality,
    ModelChoice,
    Programme,
    ReadingMode,
    ThresholdChoice,
)
from screening.models.read import Draft, FindingCode, Read
from screening.models.referral import Outcome, PriorityCode, Referral

__all__ = [
    "ActionCode", "CaptureClassCode", "Certificate", "Consent", "ConsentText", "Decision", "Draft", "Encounter",
    "FindingCode", "IdentityAlert", "IdentityAnswer", "Image", "Modality", "ModelChoice", "Notice", "Origin",
    "Outcome", "Patient", "PriorityCode", "Programme", "Read", "ReadingMode", "Referral", "Sex",
    "ThresholdChoice", "ViewCode",
]  # fmt: skip
