"""What is done on the pages of a grant in a real browser: co-investment, a tranche, spending, a visit, results."""

import io
import itertools
from dataclasses import dataclass

import pikepdf
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.support.council_walk import press

SEND = "main form.ash-form button[type=submit]"
_numbers = itertools.count(1)


def paper() -> FilePayload:
    """A PDF unlike any other."""
    number, target = next(_numbers), io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Title"] = f"scan {number}"
        pdf.save(target)
    return {"name": f"scan-{number}.pdf", "mimeType": "application/pdf", "buffer": target.getvalue()}


def photo() -> FilePayload:
    """A JPEG unlike any other."""
    number, target = next(_numbers), io.BytesIO()
    Image.new("RGB", (80, 60), (number * 9 % 256, 120, 90)).save(target, "JPEG")
    return {"name": f"photo-{number}.jpg", "mimeType": "image/jpeg", "buffer": target.getvalue()}


@dataclass(frozen=True)
class Remittance:
    """What stands on a receipt, and by which channel it came."""

    amount: str
    currency: str = "RUB"
    country: str = "RU"
    channel: str = "money_transfer"
    reference: str = ""
    sender: str = "Айбек"


def contribute(page: Page, grant: int, day: str, what: Remittance) -> None:
    """Record a remittance with its receipt."""
    page.goto(f"/grants/{grant}/contributions/new")
    fill_contribution(page, grant, day, what)
    press(page, SEND)


def fill_contribution(page: Page, grant: int, day: str, what: Remittance) -> None:
    """Fill the form that is open, up to its button."""
    page.check("input[name=kind][value=remittance]")
    page.locator("select[name=channel]").select_option(what.channel)
    page.fill("input[name=reference]", what.reference or f"TR-{grant:06d}")
    page.fill("input[name=sender_name]", what.sender)
    page.locator("select[name=sender_country]").select_option(what.country)
    page.fill("input[name=sent_on]", day)
    page.locator("select[name=currency]").select_option(what.currency)
    page.fill("input[name=amount]", what.amount)
    page.set_input_files("input[name=upload]", paper())


def verify_contribution(page: Page, contribution: int) -> None:
    page.goto(f"/contributions/{contribution}/verify")
    for box in page.locator("main form.ash-form input[type=checkbox]").all():
        box.check()
    press(page, SEND)


def act(page: Page, tranche: int, action: str) -> None:
    """Press the button of a tranche: "request", "prepare" or "approve"."""
    page.goto(f"/tranches/{tranche}")
    press(page, f"form[action='/tranches/{tranche}/{action}'] button[type=submit]")


def receive(page: Page, tranche: int) -> None:
    """The association confirms that the money came, as it was sent."""
    page.goto(f"/tranches/{tranche}")
    page.locator(f"main a[href='/tranches/{tranche}/receipt/new']").click()
    press(page, SEND)


def release(page: Page, tranche: int, day: str) -> None:
    page.goto(f"/tranches/{tranche}")
    page.locator(f"main a[href='/tranches/{tranche}/release']").click()
    page.fill("input[name=bank_reference]", f"EB-{tranche}/2026")
    page.fill("input[name=value_on]", day)
    press(page, SEND)


@dataclass(frozen=True)
class Bill:
    """What stands on a bill: `line` is the place of its budget line in the list, from 1."""

    amount: str
    line: int = 1
    title: str = "Муздаткычтын компрессору"
    supplier: str = "ОсОО Агротехника"
    number: str = ""


def spend(page: Page, grant: int, day: str, bill: Bill) -> None:
    """Record spending with the scan of its document."""
    page.goto(f"/grants/{grant}/spending/new")
    page.locator("select[name=budget_line]").select_option(index=bill.line)
    page.fill("input[name=title]", bill.title)
    page.fill("input[name=amount]", bill.amount)
    page.fill("input[name=paid_on]", day)
    page.fill("input[name=supplier]", bill.supplier)
    page.fill("input[name=document_number]", bill.number or f"ЭФ-{grant}")
    page.set_input_files("input[name=upload]", paper())
    press(page, SEND)


def accept_spending(page: Page, expenditure: int) -> None:
    page.goto(f"/spending/{expenditure}")
    press(page, "form[action$='/accept'] button[type=submit]")


def plan_visit(page: Page, grant: int, day: str) -> None:
    page.goto(f"/grants/{grant}/visits/new")
    page.fill("input[name=planned_on]", day)
    page.locator("select[name=visitor]").select_option(index=1)
    press(page, SEND)


def record_visit(page: Page, visit: int, day: str, findings: str) -> None:
    """Add a photo, then write down what was seen."""
    page.goto(f"/visits/{visit}")
    page.set_input_files("input[name=upload]", photo())
    press(page, "form[action$='/photo'] button[type=submit]")
    page.fill("input[name=visited_on]", day)
    page.locator("input[name=checklist]").first.check()
    page.fill("textarea[name=findings]", findings)
    page.check("input[name=risk][value=low]")
    press(page, "main form:has(textarea[name=findings]) button[type=submit]")
    expect(page.locator("main .ash-conditions").first).to_be_visible()


def report_result(page: Page, target: int, day: str, value: str, evidence: str) -> None:
    page.goto(f"/targets/{target}/results/new")
    page.fill("input[name=period_ends_on]", day)
    page.fill("input[name=value]", value)
    page.fill("textarea[name=evidence]", evidence)
    press(page, SEND)


def verify_result(page: Page, grant: int, result: int) -> None:
    page.goto(f"/grants/{grant}/results")
    press(page, f"form[action='/results/{result}/verify'] button[type=submit]")
