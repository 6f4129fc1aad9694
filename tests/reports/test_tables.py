"""Tables on paper: a sum is one word, whatever the width of its column."""

import pytest

from app.localisation import money, use_locale
from reports import pages
from reports.pages import Column


def cells(block):
    return [cell for row in block._cellvalues for cell in row]


@pytest.mark.parametrize("locale", ["ky", "ru", "en"])
def test_a_sum_is_never_broken(app, locale):
    with use_locale(locale):
        amounts = [money(-99_999_999_99), money(1)]
        columns = [Column("Сумма", 1.5, numeric=True), Column("Эскертүү", 8)]
        (block,) = pages.table(columns, [(one, "текст " * 40) for one in amounts], (amounts[0], ""))
        numbers = [row[0] for row in block._cellvalues[1:]]
        assert [one.split() for one in numbers] == [one.split() for one in (*amounts, amounts[0])]
        assert not any("\n" in one for one in numbers), numbers


def test_words_are_broken_to_the_width(app):
    with use_locale("ky"):
        (block,) = pages.table([Column("А", 1), Column("Б", 1)], [("сөз " * 60, "б")])
        assert "\n" in block._cellvalues[1][0]
