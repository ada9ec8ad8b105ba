import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('inference', '0003_second_finding'),
        ('screening', '0009_second_finding'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Calibration',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('capture_class', models.CharField(max_length=30)),
                ('data', models.CharField(max_length=240)),
                ('expires_on', models.DateField()),
                ('content', models.JSONField()),
                ('file', models.CharField(max_length=64)),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('model_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inference.modelversion')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calibrations', to='screening.programme')),
            ],
            options={
                'ordering': ['-given_at'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'file'), name='a_calibration_once')],
            },
        ),
        migrations.RenameField('alarm', 'psi', 'value'),
        migrations.AddField(
            model_name='alarm',
            name='sign',
            field=models.CharField(choices=[('index', 'Index'), ('higher', 'Higher'), ('lower', 'Lower')], default='index', max_length=10),
        ),
        append_only("screening_calibration", "screening_alarm"),
    ]
