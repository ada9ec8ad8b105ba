"""The nouns of the patient's path, in its order."""

from screening.models.alarm import Alarm, AlarmAnswer
from screening.models.consult import Consult, Outcome, Setting
from screening.models.decision import Decision
from screening.models.encounter import Encounter
from screening.models.follow_up import FollowUp
from screening.models.history import Correction
from screening.models.image import IdentityAlert, IdentityAnswer, Image, SetAside
from screening.models.mark import DraftMark, Mark
from screening.models.notice import Notice
from screening.models.patient import TESTS, Consent, Origin, Patient, Sex
from screening.models.patient_key import PatientKey
from screening.models.programme import (
    Certificate,
    ConsentText,
    ModelChoice,
    Programme,
    ReadingMode,
    ThresholdChoice,
)
from screening.models.quality import GivenCase, Sitting, Study, StudyPeriod, TestCase, TestPicture, TestSet
from screening.models.read import Draft, Read
from screening.models.rollout import Calibration, Proposal, ShadowChoice, SignOff
from screening.models.saved_view import SavedView
from screening.models.sealed import Announced, ConsentMark, SealedItem
from screening.models.talk import Message, Phrase
from screening.models.upload import Upload, UploadPart

# One a line, so that two changes seldom meet.
__all__ = [
    "Alarm",
    "AlarmAnswer",
    "Announced",
    "Calibration",
    "Certificate",
    "Consent",
    "ConsentMark",
    "ConsentText",
    "Consult",
    "Correction",
    "Decision",
    "Draft",
    "DraftMark",
    "Encounter",
    "FollowUp",
    "GivenCase",
    "IdentityAlert",
    "IdentityAnswer",
    "Image",
    "Mark",
    "Message",
    "ModelChoice",
    "Notice",
    "Origin",
    "Outcome",
    "Patient",
    "PatientKey",
    "Phrase",
    "Programme",
    "Proposal",
    "Read",
    "ReadingMode",
    "SavedView",
    "SealedItem",
    "SetAside",
    "Setting",
    "Sex",
    "ShadowChoice",
    "SignOff",
    "Sitting",
    "Study",
    "StudyPeriod",
    "TESTS",
    "TestCase",
    "TestPicture",
    "TestSet",
    "ThresholdChoice",
    "Upload",
    "UploadPart",
]
