"""The Celery application: a doorbell for workers. The rows are the queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")

app = Celery("fieldlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["screening"])
