"""The guide of a call on A4, for who wants to apply: what it says is read once, its pages are made from that."""

from reports.call_guides.data import CallGuideData, gather
from reports.call_guides.paper import to_pdf

__all__ = ["CallGuideData", "gather", "to_pdf"]
