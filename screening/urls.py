"""The pages. Each view module lists its own addresses in `urls`."""

from screening.views import shell, strings
from screening.views.figures import report
from screening.views.follow_up import ask
from screening.views.messages import talk
from screening.views.offline import app, held, shelf
from screening.views.paper import slip
from screening.views.patients import correct, patients
from screening.views.protocol import in_force, own_evidence, thresholds
from screening.views.readers import quality, test_sets
from screening.views.reading import desk, worklist
from screening.views.upkeep import health
from screening.views.visit import capture, consent, images, questions

PAGES = (
    shell, app, patients, correct, consent, questions, capture, ask, slip, worklist, desk, talk, test_sets, quality,
    report, in_force, images, health, held, shelf, strings, thresholds, own_evidence,
)  # fmt: skip
urlpatterns = [address for page in PAGES for address in page.urls]
