"""What templates say in our own way."""

from __future__ import annotations

from screening.templatetags.fieldlight import markdown


def test_a_makers_card_is_shown_as_text_and_tables_and_never_as_their_html() -> None:
    shown = markdown(
        "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>x</script> ![p](http://a/b.png) [l](javascript:x)"
    )
    assert "<h3>Title</h3>" in shown and "<td>1</td>" in shown
    assert "<script" not in shown and "<img" not in shown and 'href="javascript' not in shown
