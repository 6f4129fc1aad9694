"""A scan proves one expenditure in the whole programme, whoever shows it and under whatever name."""

import pytest

from app import clock
from app.services import documents, expenditures
from app.services.actors import Actor
from app.services.documents import Upload
from app.services.errors import AlreadyUsedError, DomainError
from models.base import db
from models.documents import Document, DocumentKind
from models.expenditures import ExpenditureStatus
from tests.support.shelf import kept


def attach(programme, row, upload):
    return expenditures.attach(
        row,
        DocumentKind.INVOICE,
        upload,
        storage=programme.storage,
        actor=programme.chair_actor(row.grant),
        now=clock.now(),
    )


@pytest.fixture
@kept
def bills(programme):
    """Two bills without scans: of two associations."""
    return [programme.make_expenditure(programme.make_grant("active"), with_scan=False) for _ in range(2)]


@pytest.fixture
def scan(programme):
    return programme.make_pdf()


def scans():
    return db.session.scalar(db.select(db.func.count()).where(Document.expenditure_id.is_not(None)))


def test_the_same_scan_proves_one_bill_whoever_shows_it(programme, bills, scan):
    first, second = bills
    attach(programme, first, scan)
    for upload in (scan, Upload("another-name.pdf", scan.content)):
        for row in (first, second):
            with pytest.raises(AlreadyUsedError) as refusal:
                attach(programme, row, upload)
            assert refusal.value.field == "upload"
    assert scans() == 1
    attach(programme, second, programme.make_pdf())
    assert scans() == 2


def test_the_scan_of_a_refused_bill_may_be_shown_again(programme, bills, scan):
    first, second = bills
    attach(programme, first, scan)
    expenditures.refuse(first, reason="Жаңылыш эсеп", actor=Actor(programme.finance), now=clock.now())
    assert attach(programme, second, scan).content_sha256 == documents.of(first)[0].content_sha256
    assert first.status is ExpenditureStatus.REFUSED


def test_no_scan_is_added_once_the_bill_is_accepted(programme, bills, scan):
    row = bills[0]
    attach(programme, row, scan)
    row.status = ExpenditureStatus.REFUSED
    db.session.flush()
    with pytest.raises(DomainError):
        attach(programme, row, programme.make_pdf())
    assert scans() == 1
