"""Statements of the demonstration: the same figures on page, paper and workbook, and those of the ledger."""

import csv
import io
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from app.labels import label_text
from app.localisation import LOCALE_CODES, Money, gettext, use_locale
from app.services import funds, ledger
from app.web import statements as pages
from models.assets import Asset, AssetCheck, AssetStatus, Condition
from models.associations import Association
from models.base import db
from models.funds import Fund
from models.grants import Grant, GrantStatus, Tranche, TrancheStatus
from models.ledger import AccountKind
from models.users import RoleAssignment, User
from reports import statements
from reports.statements import Reader, Statement, shown
from reports.statements import grants as grant_statements
from tests.conftest import Demonstration
from tests.support.clients import Client
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database
KINDS = tuple(statements.PROGRAMME)
PAID_OUT = (AccountKind.ADVANCED, AccountKind.RECOVERABLE, AccountKind.WRITTEN_OFF, AccountKind.SPENT)


def reader(demo: Demonstration, locale: str = "en", without: frozenset[int] = frozenset()) -> Reader:
    return Reader(demo.now, demo.today, locale, without)


def gathered(demo: Demonstration, name: str, locale: str = "en") -> Statement:
    """One of all statements by its name."""
    grant = db.session.scalars(db.select(Grant).where(Grant.status == GrantStatus.ACTIVE).order_by(Grant.id)).first()
    assert grant is not None
    with use_locale(locale):
        if name == "grant":
            return statements.of_grant(grant, reader(demo, locale))
        if name == "fund":
            return statements.of_fund(grant.fund, reader(demo, locale))
        if name == "association":
            return statements.of_association(grant.association, reader(demo, locale))
        return statements.PROGRAMME[name].gather(reader(demo, locale))


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("name", [*KINDS, "grant", "fund", "association"])
def test_paper_and_workbook_say_what_was_gathered(demo: Demonstration, name: str) -> None:
    for locale in LOCALE_CODES if name in ("association", "pledges") else ("en",):
        whole = gathered(demo, name, locale)
        pages = PdfReader(io.BytesIO(statements.to_pdf(whole))).pages
        printed = plain("".join(page.extract_text() for page in pages))
        book = load_workbook(io.BytesIO(statements.to_xlsx(whole)))
        assert len(book.worksheets) == len(whole.tables)
        with use_locale(locale):
            for table, sheet in zip(whole.tables, book.worksheets, strict=True):
                values = [[cell.value for cell in row] for row in sheet.iter_rows()]
                for row in [*table.rows, *([table.total] if table.total else [])]:
                    amounts = [cell for cell in row if isinstance(cell, Money)]
                    assert all(plain(shown(one)) in printed for one in amounts), (table.title, row)
                    majors = [Decimal(one.amount).scaleb(-2 if one.currency != "KRW" else 0) for one in amounts]
                    found = [[Decimal(str(v)) for v in line if isinstance(v, int | float)] for line in values]
                    assert any(all(one in line for one in majors) for line in found), (table.title, row)
        assert name != "association" or len(pages) == 1, "it is printed at the centre on one page"


def test_the_figures_are_those_of_the_ledger(demo: Demonstration) -> None:
    held = ledger.balances_of_funds(list(AccountKind), [one.id for one in db.session.scalars(db.select(Fund))])

    def together(*kinds: AccountKind) -> int:
        return sum(of_fund[kind] for of_fund in held.values() for kind in kinds)

    advances, leverage = gathered(demo, "advances"), gathered(demo, "leverage")
    claimed = together(AccountKind.RECOVERABLE)
    assert claimed > 0, "the demonstration has a claim, which is as open as what was never asked back"
    assert advances.facts[0][1] == Money(together(AccountKind.ADVANCED) + claimed)
    assert advances.tables[0].total is not None and advances.tables[0].total[-1] == advances.facts[0][1]
    for table in leverage.tables:
        assert table.total is not None
        assert [one for one in table.total if isinstance(one, Money)] == [
            Money(together(*PAID_OUT)),
            Money(together(AccountKind.CO_INVESTMENT, AccountKind.CO_INVESTMENT_SPENT)),
            Money(together(AccountKind.IN_KIND_HELD, AccountKind.IN_KIND_USED)),
        ]
    for fund in db.session.scalars(db.select(Fund)):
        whole = statements.of_fund(fund, reader(demo))
        assert whole.tables[0].total is not None and whole.tables[0].total[-1] == Money(funds.position(fund).received)
        gained = [row[-1] for row in whole.tables[1].rows]
        stayed = funds.position(fund).received - fund.given_back
        assert sum(one.amount for one in gained if isinstance(one, Money)) == stayed


def test_the_account_of_a_grant_ends_with_what_the_ledger_holds(demo: Demonstration) -> None:
    for grant in db.session.scalars(db.select(Grant)):
        total = statements.of_grant(grant, reader(demo)).tables[0].total
        kinds = (AccountKind.CO_INVESTMENT, AccountKind.IN_KIND_HELD)
        held = ledger.balances((AccountKind.ADVANCED, AccountKind.RECOVERABLE, *kinds), grant_id=grant.id)
        advanced = held[AccountKind.ADVANCED] + held[AccountKind.RECOVERABLE]
        assert total is not None
        assert list(total[2:5]) == [Money(advanced), *(Money(held[kind]) for kind in kinds)], grant.number


@pytest.mark.parametrize("most", [1, 3])
def test_a_long_account_carries_what_was_held_before(
    demo: Demonstration, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line says the same as without the limit; what is left out stands in the first line."""
    long, query = 0, db.select(Grant).where(Grant.accepted_at.is_not(None)).order_by(Grant.id)
    for grant in db.session.scalars(query):
        monkeypatch.undo()
        whole = statements.of_grant(grant, reader(demo)).tables[0]
        monkeypatch.setattr(grant_statements, "MOST", most)
        cut = statements.of_grant(grant, reader(demo)).tables[0]
        assert cut.total == whole.total, grant.number
        assert len(cut.subjects) == len(cut.rows)
        if len(ledger.journal(ledger.JournalFilter(grant_id=grant.id), limit=most + 1)) <= most:
            assert cut == whole
            continue
        first, *rest = cut.rows
        assert len(rest) <= most and list(rest) == list(whole.rows)[len(whole.rows) - len(rest) :]
        before = list(whole.rows)[: len(whole.rows) - len(rest)]
        came = [sum(row[place].amount for row in before if isinstance(row[place], Money)) for place in (2, 3, 4)]
        assert list(first[2:5]) == [Money(one) for one in came], grant.number
        assert first[5] == Money(came[0] + came[1]) and (not before or first[5] == before[-1][5])
        long += 1
    assert long >= 3


def test_two_funds_of_one_name_stand_apart(demo: Demonstration) -> None:
    before = len(gathered(demo, "leverage").tables[0].rows)
    found = list(db.session.scalars(db.select(Fund)))
    for one in found:
        one.name_ky = one.name_ru = one.name_en = "Fund"
    rows = gathered(demo, "leverage").tables[0].rows
    db.session.rollback()
    assert len(rows) == before >= 2


@pytest.mark.parametrize("locale", LOCALE_CODES)
def test_the_register_says_what_the_things_say(demo: Demonstration, locale: str) -> None:
    """Its plain columns name, count and warn as the rows themselves do, also of an emblem that has come off."""
    there = db.select(Asset).where(Asset.status != AssetStatus.REFUSED)
    found = {one.number: one for one in db.session.scalars(there)}
    lacked = sum(one.lacks_emblem for one in found.values())
    bare = next(one for one in found.values() if one.is_live and one.bears_emblem and not one.lacks_emblem)
    bare.checks.append(
        AssetCheck(
            checked_on=demo.today,
            condition=Condition.WORKS,
            bears_emblem=False,
            checked_by_id=demo.user("monitor1").id,
            recorded_at=demo.now,
        )
    )
    db.session.flush()
    assert sum(one.lacks_emblem for one in found.values()) == lacked + 1
    whole = gathered(demo, "assets", locale)
    rows = [row for table in whole.tables for row in table.rows]
    assert found and {str(row[0]) for row in rows} == set(found) and len(rows) == len(found)
    with use_locale(locale):
        for row in rows:
            one = found[str(row[0])]
            last = one.last_check
            seen = label_text(last.condition) if last else gettext("not yet")
            assert row[2:5] == (one.grant.number, one.grant.association.name(locale), one.kept_at)
            assert row[6] == (gettext("Emblem missing") if one.lacks_emblem else seen)
            assert row[7] == Money(one.value)
    assert whole.facts[3][1] == sum(one.lacks_emblem for one in found.values())


def test_who_has_a_tie_is_told_nothing_of_the_grant(demo: Demonstration) -> None:
    whole = gathered(demo, "calendar")
    number = str(whole.tables[-1].rows[0][0])
    grant = db.session.scalars(db.select(Grant).where(Grant.number == number)).one()
    mine = reader(demo, without=frozenset({grant.id}))
    for kind in statements.PROGRAMME.values():
        assert number not in repr(kind.gather(mine))
    own = statements.of_association(db.session.get_one(Association, grant.association_id), mine)
    assert number not in repr(own)


def test_a_page_shows_the_first_rows_and_says_that_the_files_have_all(
    client: Client, demo: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in(demo.user("finance1")).speak("en")
    every = len(gathered(demo, "leverage").tables[0].rows)
    assert every > 1 and "the files have all of them" not in text_of(client.get("/statements/leverage").text)
    monkeypatch.setattr(pages, "ROWS_SHOWN", 1)
    assert f"The first 1 of {every} lines" in text_of(client.get("/statements/leverage").text)


def test_an_association_prints_its_statement_and_reads_no_other_s(client: Client, demo: Demonstration) -> None:
    with_grant = db.session.scalars(db.select(Grant).where(Grant.accepted_at.is_not(None))).first()
    assert with_grant is not None
    centre_id = with_grant.association.centre_id
    keeps = db.select(User).join(RoleAssignment, RoleAssignment.user_id == User.id)
    operator = client.speak("ky").sign_in(db.session.scalars(keeps.where(RoleAssignment.centre_id == centre_id)).one())
    mine = db.session.scalars(db.select(Association.id).where(Association.centre_id == centre_id)).all()
    page = operator.get(f"/statements/associations/{with_grant.association_id}")
    assert with_grant.number in text_of(page.text)
    for form, kind in (("pdf", "application/pdf"), ("csv", "text/csv")):
        answer = operator.get(f"/statements/associations/{with_grant.association_id}/{form}")
        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert "attachment" in answer.headers["Content-Disposition"]
    other = db.session.scalars(
        db.select(Grant).where(Grant.association_id.not_in(mine), Grant.accepted_at.is_not(None))
    ).first()
    assert other is not None
    assert operator.get(f"/statements/associations/{other.association_id}").status_code == 404
    assert operator.get(f"/statements/grants/{other.id}/pdf").status_code == 404
    assert operator.get("/statements/advances").status_code == 403
    assert client.get("/statements/nothing").status_code in (403, 404)


def test_what_was_sent_stands_until_the_association_says_that_it_came(demo: Demonstration) -> None:
    sent = db.session.scalars(db.select(Tranche).where(Tranche.status == TrancheStatus.RELEASED)).all()
    assert sent, "the demonstration has a payment nobody has confirmed yet"
    for one in sent:
        with use_locale("en"):
            rows = statements.of_association(one.grant.association, reader(demo)).tables[-1].rows
        step = f"The association confirms that tranche {one.sequence} arrived"
        assert (one.grant.number, step, Money(one.amount)) in [row[:3] for row in rows]


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same_total(demo: Demonstration, tmp_path: Path) -> None:
    whole = gathered(demo, "advances")
    book = tmp_path / "statement.xlsx"
    book.write_bytes(statements.to_xlsx(whole))
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1",
            "--outdir", str(tmp_path), str(book),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    made = next(tmp_path.glob("statement*.csv"))
    total = next(row for row in csv.reader(made.read_text(encoding="utf-8").splitlines()) if row[0] == "Together")
    expected = whole.facts[0][1]
    assert isinstance(expected, Money)
    assert Decimal(total[-1].replace(",", "")) * 100 == expected.amount
