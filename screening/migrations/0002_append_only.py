from django.db import migrations

from accounts.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial")]
    operations = [
        append_only(
            "screening_decision", "screening_read", "screening_outcome", "screening_consent",
            "screening_identityanswer", "screening_modelchoice", "screening_thresholdchoice",
        )
    ]
