"""The API's addresses, under /api/v1/."""

from __future__ import annotations

from django.urls import path, re_path

from screening.api import nowhere, people
from screening.api.messages import talk
from screening.api.offline import held, phone, sealed, uploads
from screening.api.patients import patients
from screening.api.protocol import programmes
from screening.api.reading import consults
from screening.api.schema import SchemaView
from screening.api.visit import encounters, images

urlpatterns = [
    path("schema", SchemaView.as_view()),
    path("me", people.Me.as_view()),
    path("sites", people.Sites.as_view()),
    path("programmes", programmes.Programmes.as_view()),
    path("patients", patients.Patients.as_view()),
    path("patients/like", patients.LikePatients.as_view()),
    path("patients/<uuid:pk>", patients.OnePatient.as_view()),
    path("patients/<uuid:pk>/consents", patients.Consents.as_view()),
    path("patients/<uuid:pk>/withdrawals", patients.Withdrawals.as_view()),
    path("encounters", encounters.Encounters.as_view()),
    path("encounters/<uuid:pk>", encounters.OneEncounter.as_view()),
    path("encounters/<uuid:pk>/answers", encounters.Answers.as_view()),
    path("encounters/<uuid:pk>/unobtainable/<slug:view>", encounters.Unobtainable.as_view()),
    path("encounters/<uuid:pk>/hand-in", encounters.HandIn.as_view()),
    path("encounters/<uuid:pk>/images", images.Images.as_view()),
    path("encounters/<uuid:pk>/images/<uuid:image_id>", images.Picture.as_view()),
    path("encounters/<uuid:pk>/follow-ups/<uuid:follow_up>", phone.FollowUps.as_view()),
    path("csrf", phone.Csrf.as_view()),
    path("offline", phone.Offline.as_view()),
    path("today", phone.Today.as_view()),
    path("tasks", phone.Tasks.as_view()),
    path("held", held.HeldItems.as_view()),
    path("held/<uuid:pk>", held.Decision.as_view()),
    path("sealed", sealed.Items.as_view()),
    path("sealed/<uuid:pk>", sealed.Item.as_view()),
    path("uploads/", uploads.Uploads.as_view()),
    path("uploads/<uuid:pk>", uploads.OneUpload.as_view()),
    path("encounters/<uuid:pk>/messages", talk.AskedAbout.as_view()),
    path("messages", talk.Asked.as_view()),
    path("messages/<uuid:pk>/answer", talk.Reply.as_view()),
    path("encounters/<uuid:pk>/images/<uuid:image_id>/set-aside", images.Aside.as_view()),
    path("encounters/<uuid:pk>/images/<uuid:image_id>/put-back", images.PutBack.as_view()),
    path("worklist", consults.Worklist.as_view()),
    path("referrals/<uuid:pk>", consults.OneConsult.as_view()),
    path("referrals/<uuid:pk>/claim", consults.Claim.as_view()),
    path("referrals/<uuid:pk>/release", consults.Release.as_view()),
    path("referrals/<uuid:pk>/draft", consults.DraftOf.as_view()),
    path("referrals/<uuid:pk>/impression", consults.Impression.as_view()),
    path("referrals/<uuid:pk>/reads", consults.Reads.as_view()),
    path("referrals/<uuid:pk>/amendments", consults.Amendments.as_view()),
    path("referrals/<uuid:pk>/messages", talk.AskAbout.as_view()),
    path("referrals/<uuid:pk>/outcome", consults.OutcomeOf.as_view()),
    re_path("", nowhere.Nowhere.as_view()),
]
