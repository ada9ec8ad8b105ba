"""The nouns of the patient's path, in its order."""

from screening.models.alarm import Alarm, AlarmAnswer
from screening.models.decision import ActionCode, Decision
from screening.models.encounter import Encounter
from screening.models.image import CaptureClassCode, IdentityAlert, IdentityAnswer, Image, ViewCode
from screening.models.notice import Notice
from screening.models.patient import TESTS, Consent, Origin, Patient, Sex
from screening.models.programme import (
    Certificate,
    ConsentText,
    Modality,
    ModelChoice,
    Programme,
    ReadingMode,
    ThresholdChoice,
)
from screening.models.quality import Planted, Sitting, Study, StudyPeriod, TestCase, TestPicture, TestSet
from screening.models.read import Draft, FindingCode, Read
from screening.models.referral import Outcome, PriorityCode, Referral, Setting
from screening.models.rollout import Proposal, ShadowChoice, SignOff
from screening.models.talk import Message, Phrase

__all__ = [
    "ActionCode", "Alarm", "AlarmAnswer", "CaptureClassCode", "Certificate", "Consent", "ConsentText", "Decision",
    "Draft", "Encounter", "FindingCode", "IdentityAlert", "IdentityAnswer", "Image", "Message", "Modality",
    "ModelChoice", "Notice", "Origin", "Outcome", "Patient", "Phrase", "Planted", "PriorityCode", "Programme",
    "Proposal", "Read", "ReadingMode", "Referral", "Setting", "Sex", "ShadowChoice", "SignOff", "Sitting", "Study",
    "StudyPeriod", "TESTS", "TestCase", "TestPicture", "TestSet", "ThresholdChoice", "ViewCode",
]  # fmt: skip
