"""The day of a visit is the phone's, put right by its clock's error; the time of receipt is kept beside it.

Old rows: the receipt is what `started_at` was. Where a sealed form told the phone's time and the error was measured,
the visit began then; where only a time was claimed, the day of receipt stands, and the row says so.
"""

import django.utils.timezone
from django.db import migrations, models


def put_right(apps, schema_editor):
    encounter = apps.get_model("screening", "Encounter")
    sealed = apps.get_model("screening", "SealedItem")
    errors = {}
    forms = sealed.objects.filter(kind="form", state="applied").exclude(encounter=None).order_by("-received_at")
    for visit, error in forms.values_list("encounter", "clock_error").iterator(chunk_size=2000):
        errors[visit] = error  # of the first form: the visit began with it
    changed = []
    for row in encounter.objects.only("pk", "started_at", "claimed_at").iterator(chunk_size=2000):
        row.received_at = row.started_at
        error = errors.get(row.pk)
        if row.claimed_at is not None and error is not None:
            row.started_at = _within(row.claimed_at, error, row.received_at)
        row.day_measured = row.claimed_at is None or error is not None
        row.day = django.utils.timezone.localdate(row.started_at)
        changed.append(row)
        if len(changed) == 1000:
            _write(encounter, changed)
            changed = []
    _write(encounter, changed)


def _within(claimed, error, received):
    try:
        return min(claimed + error, received)
    except OverflowError:
        return received


def _write(encounter, rows):
    encounter.objects.bulk_update(rows, ["started_at", "received_at", "day", "day_measured"])


class Migration(migrations.Migration):
    dependencies = [("screening", "0015_patient_keys")]

    operations = [
        migrations.AddField("encounter", "received_at", models.DateTimeField(null=True)),
        migrations.AddField("encounter", "day", models.DateField(default=django.utils.timezone.localdate)),
        migrations.AddField(
            "encounter",
            "day_measured",
            models.BooleanField(
                default=True,
                help_text="Not measured: the phone's clock is unknown, and the day is that of the receipt.",
            ),
        ),
        migrations.AlterField(
            "encounter", "started_at", models.DateTimeField(default=django.utils.timezone.now)
        ),
        migrations.RunPython(put_right, migrations.RunPython.noop),
        migrations.AlterField("encounter", "received_at", models.DateTimeField(auto_now_add=True)),
        migrations.AddIndex("encounter", models.Index(fields=["programme", "day"], name="encounters_by_day")),
    ]
