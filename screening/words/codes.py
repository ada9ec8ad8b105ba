"""The words behind the codes that no modality owns: states, reasons, grades. `sentences` makes sentences of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from screening.rules import Reason
from screening.rules.grades import Recommendation, Sign, Why, Zone

# Tone, icon and words of each place an encounter can stand (`wording.Stand`).
LOOKS = {
    "unfinished": ("quiet", "pencil", _("Not finished")),
    "assessing": ("quiet", "hourglass", _("Being assessed")),
    "identity": ("again", "circle-help", _("Check whose photo this is")),
    "missing": ("again", "camera", _("A photo is missing")),
    "retake": ("again", "rotate-ccw", _("Take the photo again")),
    "specialist": ("human", "stethoscope", _("A specialist will look")),
    "recall": ("clear", "calendar-clock", ""),
    "refer": ("refer", "hospital", _("Refer")),
    "refer_urgent": ("urgent", "triangle-alert", _("Refer urgently")),
    "withdrawn": ("quiet", "lock", _("Consent withdrawn")),
}

WHY_A_SPECIALIST = {
    Reason.UNGRADABLE: _("The photos are not clear enough to be assessed here."),
    Reason.UNOBTAINABLE: _("A photo could not be taken."),
    Reason.ASSESSMENT_FAILED: _("The computer could not assess the photo."),
    Reason.NO_OPERATING_POINT: _("The computer may not judge photos taken this way: it was not tested on them."),
    Reason.MISSING_VIEW: _("The visit was left unfinished."),
    Reason.NOT_HANDED_IN: _("The visit was left unfinished."),
    Reason.HUMAN_READS_ALL: _("In this programme a specialist looks at every patient."),
}

# --- grades in words

WHYS = {
    Why.UNGRADABLE: _("cannot be graded"),
    Why.DR_MODERATE: _("moderate retinopathy"),
    Why.DR_SEVERE: _("severe retinopathy"),
    Why.DR_PROLIFERATIVE: _("proliferative retinopathy"),
    Why.DME: _("macular oedema"),
    Why.DME_CENTRAL: _("macular oedema at the centre"),
    Why.GLAUCOMA: _("glaucoma suspected"),
    Why.CATARACT: _("cataract"),
    Why.AMD_LATE: _("late macular degeneration"),
    Why.TB_POSSIBLE: _("tuberculosis possible"),
    Why.TB_LIKELY: _("tuberculosis likely"),
    Why.TB_ACTIVE: _("active tuberculosis"),
    Why.SIGN: _("a sign of disease"),
    Why.PNEUMOTHORAX: _("pneumothorax"),
    Why.RECOMMENDED: _("a test or a clinic is recommended"),
    Why.REPEAT: _("a new film is wanted"),
    Why.OTHER: _("something else that needs a clinic"),
    Why.OTHER_URGENT: _("something else that is urgent"),
    Why.DISEASE: _("disease that needs a clinic"),
    Why.DISEASE_URGENT: _("disease that is urgent"),
}
SIGNS = {
    Sign.CONSOLIDATION: _("Consolidation, infiltrate"),
    Sign.CAVITY: _("Cavity"),
    Sign.NODULES: _("Nodules"),
    Sign.MILIARY: _("Miliary"),
    Sign.LYMPH_NODES: _("Lymph nodes"),
    Sign.EFFUSION: _("Effusion"),
    Sign.MASS: _("Mass"),
    Sign.PNEUMOTHORAX: _("Pneumothorax"),
    Sign.LARGE_HEART: _("Large heart"),
    Sign.SCAR: _("Scar, calcification (old)"),
}
ZONES = (
    (Zone.RU.value, _("right upper")),
    (Zone.RM.value, _("right middle")),
    (Zone.RL.value, _("right lower")),
    (Zone.LU.value, _("left upper")),
    (Zone.LM.value, _("left middle")),
    (Zone.LL.value, _("left lower")),
)
LIMITS = (
    ("", _("not said")),  # nothing is claimed of a film before somebody looked
    ("good", _("good")),
    ("turned", _("limited: the patient stood turned")),
    ("breath", _("limited: not a full breath")),
    ("exposure", _("limited: too dark or too bright")),
    ("cut_off", _("limited: part cut off")),
    ("artefact", _("limited: something lies over the lung")),
)
RECOMMENDATIONS = (
    (Recommendation.XPERT.value, _("Sputum test (Xpert)")),
    (Recommendation.REPEAT.value, _("New film")),
    (Recommendation.REFER.value, _("Clinic")),
    (Recommendation.NONE.value, _("Nothing")),
)
RECOMMENDED = {
    Recommendation.XPERT.value: _("Collect sputum for a rapid molecular test (Xpert)."),
    Recommendation.REPEAT.value: _("Take a new chest film."),
    Recommendation.REFER.value: _("Send the patient to the clinic."),
}
