from django.db import migrations, models


class Migration(migrations.Migration):
    """A referral without a place would be on nobody's list: the database forbids it."""

    dependencies = [("screening", "0006_worklist_and_marks")]
    operations = [
        migrations.AlterField(
            model_name="referral",
            name="programme",
            field=models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="screening.programme"),
        ),
        migrations.AlterField(
            model_name="referral",
            name="site",
            field=models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="accounts.site"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["claim_until"], name="worklist_held"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                fields=["programme", "site", "priority", "rank", "state", "claimed_by", "claim_until", "due_at",
                        "assigned_to", "back_at", "setting", "kept_for", "waits_since", "id"],
                name="worklist_counts",
            ),
        ),
    ]
