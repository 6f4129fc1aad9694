"""Reviews by workbook: downloaded, filled in, sent in, looked at and taken over, by the checks of the form itself."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from app import clock
from app.labels import country_text, label
from app.localisation import use_locale
from app.services import applications, assignments, papers, reviews
from app.services.actors import Actor
from app.services.reviews import Judgement
from app.web.review_forms import FLAGS
from forms.reviews import rubric_form
from models.applications import ApplicationStatus
from models.base import db
from models.reviews import AssignmentStatus, ReviewFlag, ReviewStatus, ReviewUpload
from reports import review_workbooks
from tests.support.pages import form_fields, text_of
from tests.support.shelf import kept

WHY = "Айыл жыйынында талкууланган, баары жазылган, далилдер жетиштүү."
PAGE = "/reviews/workbooks"


@pytest.fixture
@kept
def asked(programme):
    """Two accepted assignments of the first reviewer in the open call."""
    found = []
    for _number in range(2):
        application = programme.make_application(ApplicationStatus.IN_REVIEW)
        one = assignments.of_application(application)[0]
        assignments.declare(one, None, actor=Actor(one.reviewer), now=clock.now())
        found.append(one)
    return found


@pytest.fixture
def book(client, programme, asked):
    """The workbook as it was downloaded."""
    client.sign_in(asked[0].reviewer).speak("en")
    answer = client.get(f"{PAGE}/{programme.call.id}/reviews.xlsx")
    assert answer.status_code == 200
    assert programme.call.code in answer.headers["Content-Disposition"]
    return load_workbook(io.BytesIO(answer.data))


def rows(sheet):
    """{what the hidden column says: number of the row}."""
    return {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value}


def fill(sheet, level=4, why=WHY):
    for key, row in rows(sheet).items():
        if key not in ("comment", "private_note", "flag"):
            sheet.cell(row, 8).value, sheet.cell(row, 9).value = level, why


def packed(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def send(client, content):
    fields = dict(form_fields(client.get(PAGE).text))
    return client.post(PAGE, data=fields | {"upload": (io.BytesIO(content), "reviews.xlsx")})


def press(client, location, button):
    return client.post(location, data=dict(form_fields(client.get(location).text)) | {button: "1"})


def test_a_workbook_goes_the_whole_way_by_the_checks_of_the_form(client, programme, asked, book):
    first, second = (book[one.application.number] for one in asked)
    fill(first)
    first.cell(rows(first)["private_note"], 9).value = "Жеке"
    first.cell(rows(first)["flag"], 9).value = "Excellent"
    fill(second)
    gap = next(iter(rows(second).values()))
    second.cell(gap, 9).value = "кыска"
    answer = send(client, packed(book))
    assert answer.status_code == 303
    page = text_of(client.get(answer.location).text)
    assert f"{second.title}!I{gap}: Justify the level in at least 40 characters." in page
    assert all(one.review is None for one in asked)  # a look saves nothing
    assert press(client, answer.location, "submit").location == "/reviews"
    db.session.expire_all()
    assert [one.status for one in asked] == [AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED]
    assert (asked[0].review.total, asked[0].review.flag, asked[0].review.private_note) == (
        8000,
        ReviewFlag.EXCELLENT,
        "Жеке",
    )
    assert asked[1].review.status is ReviewStatus.DRAFT
    assert db.session.scalar(db.select(db.func.count()).select_from(ReviewUpload)) == 0


def test_after_the_last_day_a_workbook_saves_drafts_only(client, asked, book):
    for one in asked:
        fill(book[one.application.number])
    asked[1].due_on += timedelta(days=10)
    with clock.at(clock.end_of_day(asked[0].due_on) + timedelta(seconds=1)):
        client.sign_in(asked[0].reviewer).speak("en")
        answer = send(client, packed(book))
        page = text_of(client.get(answer.location).text)
        assert page.count("The last day for this review was") == 1 and "can be saved as a draft" in page
        assert press(client, answer.location, "submit").location == "/reviews"
    db.session.expire_all()
    assert [one.status for one in asked] == [AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED]
    assert asked[0].review.draft and asked[0].review.status is ReviewStatus.DRAFT


def test_the_workbook_shows_levels_answers_and_no_name(programme, asked, book):
    sheet = book[asked[0].application.number]
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    criterion = programme.call.criteria[0]
    assert criterion.anchor_in(3, "en") in texts
    assert set(asked[0].application.answers.values()) <= texts
    assert sheet.protection.sheet and sheet.column_dimensions["A"].hidden
    assert {next(iter(one.sqref.ranges)).min_col for one in sheet.data_validations.dataValidation} == {8, 9}
    with zipfile.ZipFile(io.BytesIO(packed(book))) as archive:
        everything = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    assert asked[0].reviewer.display_name not in everything and asked[0].reviewer.username not in everything


def line_of(sheet, name):
    """What stands in the row whose column B says `name`, from C on."""
    row = next(number for number in range(6, sheet.max_row + 1) if sheet.cell(number, 2).value == name)
    return [cell.value for cell in sheet[row][2:7]]


def test_budget_pledges_targets_and_documents_are_read_offline_too(client, programme, asked):
    application = asked[0].application
    application.budget_lines[0].item = "=1+1"
    db.session.commit()
    client.sign_in(asked[0].reviewer).speak("en")
    answer = client.get(f"{PAGE}/{programme.call.id}/reviews.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data))[application.number]
    budget, pledge = application.budget_lines[0], applications.pledges_of(application)[0]
    said = line_of(sheet, "=1+1")  # a text: a formula would be read as one
    assert [said[0], said[2], said[3]] == [label(budget.heading), label(budget.payer), budget.amount / 100]
    assert next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1").data_type == "s"
    with use_locale("en"):
        own = line_of(sheet, country_text(pledge.country))
    assert (own[0].date(), own[2]) == (pledge.due_on, pledge.amount_kgs / 100)
    target = application.targets[0]
    assert line_of(sheet, target.indicator.title_in("en"))[:2] == [target.baseline, target.target]
    pages = papers.readable_pages(application, now=clock.now())
    assert pages
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {one.filename for one in pages} <= {*texts}
    assert texts.count("Total") == 2 and application.total_cost / 100 in line_of(sheet, "Total")


def test_no_text_is_longer_than_its_row_is_high(asked, book):
    """A row without a height is one line high in some programs, and its texts lie over those below."""
    sheet = book[asked[0].application.number]
    anchor = max((str(sheet.cell(6, column).value) for column in range(3, 8)), key=len)
    assert sheet.row_dimensions[6].height >= 15 * len(anchor) / 24
    assert all(sheet.row_dimensions[row].height for row in rows(sheet).values() if row != rows(sheet)["flag"])
    assert sheet.page_setup.fitToWidth == 1 and sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_sheet_names_the_page_where_it_is_sent_in(client, asked, book):
    said = book[asked[0].application.number]["B3"].value
    assert "on the page “Reviews as a workbook”" in said and "“My reviews”" in said
    assert "Reviews as a workbook" in text_of(client.get("/reviews").text)


def test_what_was_changed_on_the_site_meanwhile_is_shown_beside_and_stays(client, asked, book):
    one = asked[0]
    judgements = {one.application.call.criteria[0].key: Judgement(2, "Сайттагы текст")}
    reviews.save_draft(one, judgements, "", actor=Actor(one.reviewer), now=clock.now())
    db.session.commit()
    fill(book[one.application.number])
    answer = send(client, packed(book))
    page = client.get(answer.location).text
    assert "was changed on the site" in page and "Сайттагы текст" in page and WHY in page
    press(client, answer.location, "save")
    db.session.expire_all()
    assert one.review.draft[one.application.call.criteria[0].key]["justification"] == "Сайттагы текст"
    assert WHY in client.get(answer.location).text  # nothing is lost


def test_cells_that_cannot_be_taken_are_named(client, asked, book):
    sheet = book[asked[0].application.number]
    fill(sheet)
    places = list(rows(sheet).values())
    sheet.cell(places[0], 9).value = '=HYPERLINK("http://example.com","x")'
    sheet.cell(places[1], 8).value = 7
    sheet.cell(places[2], 9).value = "ө" * 2001
    sheet.cell(rows(sheet)["flag"], 9).value = "укмуш"
    answer = send(client, packed(book))
    page = text_of(client.get(answer.location).text)
    for place, text in (
        (f"I{places[0]}", "A formula is not taken"),
        (f"H{places[1]}", "Choose a level from 1 to 5."),
        (f"I{places[2]}", "At most 2000 characters."),
        (f"I{rows(sheet)['flag']}", "Choose one of the flags"),
    ):
        assert f"{sheet.title}!{place}: {text}" in page
    assert asked[0].review is None


def test_the_look_before_saving_shows_everything_that_was_written(client, asked, book):
    sheet = book[asked[0].application.number]
    fill(sheet)
    places = list(rows(sheet).values())
    sheet.cell(places[1], 8).value = 7
    sheet.cell(places[3], 9).value = "Нет!!"
    sheet.cell(places[2], 8).value = "төрт"
    sheet.cell(rows(sheet)["comment"], 9).value = "Кеңешке комментарий"
    sheet.cell(rows(sheet)["private_note"], 9).value = "Жеке белги"
    sheet.cell(rows(sheet)["flag"], 9).value = "Отличная заявка"
    page = client.get(send(client, packed(book)).location)
    text = text_of(page.text)
    assert f"{sheet.title} · {asked[0].application.title}" in text
    for shown in ("Comment for the Council Кеңешке комментарий", "Private note to the Council Жеке белги"):
        assert shown in text
    assert "Flag for the Council Отличная заявка" in text  # no flag is called so: as it was typed
    found = re.findall(rf"{sheet.title}!([A-Z]\d+):", text)
    flag = rows(sheet)["flag"]
    assert found == [f"H{places[1]}", f"H{places[2]}", f"I{places[3]}", f"I{flag}"]
    assert "Justify the level in at least 40 characters." in text  # beside what cannot be saved at all
    levels = re.findall(r'data-label="Level"><div class="ash-table__value">(.*?)</div>', page.text)
    assert "7" in levels and "төрт" in levels


def test_a_flag_is_shown_in_the_readers_language(client, asked, book):
    sheet = book[asked[0].application.number]
    fill(sheet)
    sheet.cell(rows(sheet)["flag"], 9).value = "excellent"
    assert "Flag for the Council Excellent" in text_of(client.get(send(client, packed(book)).location).text)


def test_page_and_workbook_take_texts_of_one_length(programme, app):
    with app.test_request_context():
        form = rubric_form(programme.call.criteria, "en", reviews.LONGEST_JUSTIFICATION, FLAGS, formdata=None)
    longest = {name: form[name].validators[-1].max for name in ("comment", "private_note")}
    assert longest == {"comment": reviews.LONGEST_COMMENT, "private_note": reviews.LONGEST_NOTE}


def test_somebody_elses_and_a_changed_stamp_are_refused(client, programme, asked, book):
    fill(book[asked[0].application.number])
    content = packed(book)
    client.sign_in(programme.reviewers[1]).speak("en")
    assignments.declare(
        assignments.of_application(asked[0].application)[1], None, actor=Actor(programme.reviewers[1]), now=clock.now()
    )
    db.session.commit()
    other = send(client, content)
    assert other.status_code == 422 and "somebody else" in other.text
    client.sign_in(asked[0].reviewer).speak("en")
    book[asked[0].application.number]["A1"].value += "x"
    changed = send(client, packed(book))
    assert changed.status_code == 422 and "was not made here" in changed.text


def test_a_review_that_was_handed_in_or_a_tie_that_arose_stops_the_sheet(client, programme, asked, book):
    for one in asked:
        fill(book[one.application.number], level=1)
    answer = send(client, packed(book))
    hand_in = {one.key: Judgement(5, WHY) for one in programme.call.criteria}
    reviews.submit(asked[0], hand_in, "", actor=Actor(asked[0].reviewer), now=clock.now())
    asked[1].reviewer.person.village = asked[1].application.association.village
    db.session.commit()
    page = text_of(client.get(answer.location).text)
    assert "submitted or closed already" in page and "lives in the same ayil okmotu" in page
    press(client, answer.location, "submit")
    db.session.expire_all()
    assert (asked[0].review.total, asked[1].review) == (10000, None)


def test_a_row_that_no_field_is_for_is_refused(client, asked, book):
    sheet = book[asked[0].application.number]
    fill(sheet)
    sheet.cell(max(rows(sheet).values()) + 1, 1).value = "nonsense"
    answer = send(client, packed(book))
    assert answer.status_code == 422 and "hidden first column was changed" in answer.text
    assert db.session.scalar(db.select(db.func.count()).select_from(ReviewUpload)) == 0


def test_the_file_is_read_while_no_transaction_is_open(client, asked, book, monkeypatch):
    fill(book[asked[0].application.number])
    open_ones, read = [], review_workbooks.read

    def look_and_read(content):
        open_ones.append(db.session.registry.has() and db.session().in_transaction())
        return read(content)

    monkeypatch.setattr(review_workbooks, "read", look_and_read)
    assert send(client, packed(book)).status_code == 303
    assert open_ones == [False]


def test_what_is_no_such_workbook_is_refused(client, asked):
    client.sign_in(asked[0].reviewer).speak("en")
    answer = send(client, b"no workbook")
    assert answer.status_code == 422 and "no workbook that can be read" in answer.text
