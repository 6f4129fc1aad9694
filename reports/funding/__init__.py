"""The donor's funding report: one gather, one frozen set of figures; page, PDF, workbook and CSV are made from it.

`gather` reads the ledger; `figures` names the headline totals that every form of the report shows alike.
"""

from reports.funding.data import FundingReportData, figures, from_json, to_json
from reports.funding.gathering import gather
from reports.funding.paper import to_pdf
from reports.funding.wording import in_period, offices, overridden, rate_source
from reports.funding.workbook import to_csv, to_xlsx

__all__ = [
    "FundingReportData",
    "figures",
    "from_json",
    "gather",
    "in_period",
    "offices",
    "overridden",
    "rate_source",
    "to_csv",
    "to_json",
    "to_pdf",
    "to_xlsx",
]
