"""The versions of an agreement: each says what is true of it, and only those that are signed have room to sign."""

import re
import subprocess
from pathlib import Path

import pytest

from app import clock
from app.clock import bishkek_day
from app.localisation import date_text, gettext, money, use_locale
from app.services import grant_amendments, grant_budgets, reductions
from app.services.actors import Actor
from models.applications import Payer
from models.grants import Grant, TrancheStatus
from reports import agreement, agreement_content
from tests.factories import Programme

SIGNS = ("For the association: chair", "For the association: treasurer")
OF_THE_APPLICATION = "The budget is that of the application."


def printed(grant: Grant, folder: Path, sequence: int | None = None) -> str:
    """The paper of a version as an English reader gets it, without line breaks."""
    data = agreement_content.gather(grant, sequence)
    by = reductions.decided_by(grant, data.dated_at)
    (folder / "agreement.pdf").write_bytes(agreement.to_pdf(data, "en", decided_by=by))
    done = subprocess.run(
        ["pdftotext", "-layout", str(folder / "agreement.pdf"), "-"], capture_output=True, check=True, text=True
    )
    return re.sub(r"\s+", " ", done.stdout)


def reduced(programme: Programme) -> Grant:
    """A grant whose last tranche is cut by finance."""
    grant = programme.make_grant()
    first, second, third = (one.amount for one in grant.tranches)
    programme.make_contribution(grant, "verified", amount=first + second + third // 2)
    for one in grant.tranches[:2]:
        programme.advance(one, TrancheStatus.ACCOUNTED)
    expected = reductions.proposed(grant).after
    actor, now = Actor(programme.finance), clock.now()
    reductions.reduce(grant, expected=expected, reason="Элдин кошумчасы жетпеди", actor=actor, now=now)
    return grant


def test_a_reduction_says_who_decided_it_and_has_no_room_to_sign(programme: Programme, tmp_path: Path) -> None:
    grant = reduced(programme)
    first, second = printed(grant, tmp_path, 1), printed(grant, tmp_path)
    assert all(one in first for one in SIGNS) and programme.finance.display_name not in first
    assert not any(one in second for one in SIGNS)
    with use_locale("en"):
        day = date_text(bishkek_day(grant.reductions[0].reduced_at)).replace("\u00a0", " ")
        said = gettext("The programme decided this reduction: nobody has to sign it.")
    assert said in second and f"{programme.finance.display_name}, {day}" in second


@pytest.mark.parametrize("over", [1, 3])
def test_a_version_after_a_shift_says_that_the_budget_has_changed(
    programme: Programme, tmp_path: Path, over: int
) -> None:
    """Annex 1 shows what is planned on each line now; quantity times unit cost would not make it."""
    grant = programme.spread(programme.make_grant())
    lines = [one for one in grant.application.budget_lines if one.payer is Payer.GRANT]
    moved = min(one.amount for one in lines) // 100 * over
    wanted = {lines[0].id: lines[0].amount - moved, lines[-1].id: lines[-1].amount + moved}
    actor, now = Actor(programme.finance), clock.now()
    made = grant_amendments.shift(grant, wanted, reason="Баа өзгөрдү", actor=actor, now=now)
    grant_amendments.approve(made, actor=Actor(programme.other_finance), now=now)
    first, second = printed(grant, tmp_path, 1), printed(grant, tmp_path)
    assert OF_THE_APPLICATION in first and OF_THE_APPLICATION not in second
    assert "with its changes up to this version" in second
    data, planned = agreement_content.gather(grant), grant_budgets.in_force(grant)
    assert [row.amount for row in data.budget] == [planned[one.id] for one in grant.application.budget_lines]
    changed = [row.item for row in data.budget if row.is_changed]
    assert changed == [one.item for one in grant.application.budget_lines if one.id in wanted]
    assert not any(row.is_changed for row in agreement_content.gather(grant, 1).budget)
    with use_locale("en"):
        for amount in wanted.values():
            assert money(amount).replace("\u00a0", " ").partition(" ")[0] in second
