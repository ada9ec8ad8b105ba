from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_append_only")]
    operations = [
        migrations.RemoveConstraint(model_name="membership", name="one_row_per_duty"),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("user", "site", "role"), name="one_row_per_duty"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("site", None)), fields=("user", "role"), name="one_row_per_duty_without_a_site"
            ),
        ),
    ]
