"""Every text that somebody reads can be translated, and in the languages called complete it is."""

from __future__ import annotations

import json
import re

import polib
import pytest
from django.conf import settings
from django.test import Client

from deploy import messages
from screening.views import strings

IN = [(language, domain) for language in messages.TRANSLATED for domain in messages.DOMAINS]
DONE = [(language, domain) for language in messages.COMPLETE for domain in messages.DOMAINS]


@pytest.fixture(scope="module")
def found() -> dict[str, set[messages.Word]]:
    return {domain: messages.words(domain) for domain in messages.DOMAINS}


def test_texts_are_found_wherever_they_are(found: dict[str, set[messages.Word]]) -> None:
    told = {word.msgid for word in found["django"]}
    assert {"My patients", "Sign in", "For how many years?", "Come back in %(n)d month"} <= told
    assert "%(age)s years" in told  # {% blocktranslate %}
    plural = next(word for word in found["django"] if word.msgid == "Come back in %(n)d month")
    assert plural.plural == "Come back in %(n)d months"


def test_scripts_are_read_too() -> None:
    said = 'x = gettext("Hold still"); ngettext("%(n)s photo", "%(n)s photos", n); gettext("in \\"two\\" " +\n "lines")'
    assert {word for word, _note in messages.in_text(said)} == {
        messages.Word("Hold still"), messages.Word("%(n)s photo", "%(n)s photos"), messages.Word('in "two" lines'),
    }  # fmt: skip


TOLD = "Translators: the eye"
SAID = [
    (messages.in_python, f"# {TOLD}\n# of a patient\nx = pgettext('side', 'Left')"),
    (messages.in_text, f'// {TOLD}\n  // of a patient\n x = pgettext("side", "Left")'),
    (messages.in_template, f'{{# {TOLD} of a patient #}}\n{{% translate "Left" context "side" %}}'),
    (messages.in_template, f"{{# {TOLD} of a patient #}}\n{{% blocktrans context 'side' %}}Left{{% endblocktrans %}}"),
]  # fmt: skip


@pytest.mark.parametrize(("read", "source"), SAID)
def test_translators_are_told_what_a_word_means(read: messages.Reader, source: str) -> None:
    assert list(read(source)) == [(messages.Word("Left", context="side"), "the eye of a patient")]


def test_a_word_that_is_counted_may_have_a_context() -> None:
    page = '{% blocktranslate count n=1 context "of a day" %}one left{% plural %}{{ n }} left{% endblocktranslate %}'
    assert [word for word, _note in messages.in_template(page)] == [messages.Word("one left", "%(n)s left", "of a day")]


def test_other_comments_are_not_for_translators() -> None:
    assert list(messages.in_python("# why this is so\n_('Left')")) == [(messages.Word("Left"), "")]


@pytest.mark.parametrize(("language", "domain"), IN)
def test_catalogues_say_where_each_text_stands_and_what_it_means(language: str, domain: str) -> None:
    """Where exactly is not asked: a moved file would fail here until somebody runs make messages, and harms nobody."""
    written = {messages.key(entry): entry for entry in messages.catalogue(language, domain)}
    for word, place in messages.found(domain).items():
        assert place.files and written[word].occurrences, "run make messages"
        assert written[word].comment == "\n".join(sorted(place.notes)), "run make messages"


def test_every_language_is_known_wherever_languages_are_listed() -> None:
    spoken = [code for code, _name in settings.LANGUAGES]
    assert set(strings.PLURALS) == set(spoken) and set(messages.PLURALS) == set(messages.TRANSLATED)
    listed = re.search(r"LANGUAGES = (\[.*?\]);", (settings.ROOT / "static/js/app/words.js").read_text())
    assert listed and json.loads(listed[1]) == spoken


@pytest.mark.parametrize(("language", "domain"), DONE)
def test_nothing_is_missing_in_a_complete_language(language: str, domain: str) -> None:
    assert messages.missing(language, domain) == [], "run make messages, translate, run it again"


@pytest.mark.parametrize(("language", "domain"), DONE)
def test_what_is_compiled_is_what_is_written(language: str, domain: str) -> None:
    path = messages.path_of(language, domain)
    written = {messages.key(entry): entry.msgstr for entry in polib.pofile(str(path)) if entry.translated()}
    compiled = {messages.key(entry): entry.msgstr for entry in polib.mofile(str(path.with_suffix(".mo")))}
    assert compiled == written


@pytest.mark.parametrize(("language", "domain"), IN)
def test_placeholders_survive_translation(language: str, domain: str) -> None:
    assert messages.wrong(language, domain) == []


@pytest.mark.parametrize("language", messages.TRANSLATED)
def test_plural_forms_are_those_the_scripts_know(language: str) -> None:
    assert messages.catalogue(language, "djangojs").metadata["Plural-Forms"] == messages.PLURALS[language]


@pytest.mark.parametrize("language", ["en", *messages.TRANSLATED])
def test_the_words_of_the_scripts_are_plain_data(client: Client, language: str) -> None:
    answer = client.get(f"/strings/{language}.json")
    said = json.loads(answer.content)
    assert {"language", "dir", "plural", "digits", "catalog"} == set(said)
    assert (said["language"], said["dir"]) == (language, "rtl" if language == "ar" else "ltr")
    assert "no-store" not in answer["Cache-Control"]
    again = client.get(f"/strings/{language}.json", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_an_unknown_language_is_404(client: Client) -> None:
    assert client.get("/strings/xx.json").status_code == 404
