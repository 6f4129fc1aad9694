"""Lists that are no enums: units, countries, currencies, the checklist of a visit."""

from collections.abc import Mapping

from app.localisation import N_, gettext

UNITS: Mapping[str, str] = {
    "KGS": N_("som"),
    "enterprise": N_("enterprises"),
    "family": N_("families"),
    "fte": N_("full-time jobs"),
    "person": N_("people"),
}
"""What the indicators count, by the unit kept with the indicator."""
COUNTRIES: Mapping[str, str] = {
    "KG": N_("Kyrgyz Republic"),
    "RU": N_("Russia"),
    "KZ": N_("Kazakhstan"),
    "TR": N_("Türkiye"),
    "KR": N_("Republic of Korea"),
    "US": N_("United States"),
    "DE": N_("Germany"),
    "GB": N_("United Kingdom"),
    "AE": N_("United Arab Emirates"),
    "UZ": N_("Uzbekistan"),
    "PL": N_("Poland"),
    "IT": N_("Italy"),
    "BY": N_("Belarus"),
    "CA": N_("Canada"),
    "CN": N_("China"),
    "CZ": N_("Czechia"),
    "ES": N_("Spain"),
    "FR": N_("France"),
    "JP": N_("Japan"),
    "LT": N_("Lithuania"),
    "LV": N_("Latvia"),
    "QA": N_("Qatar"),
    "SA": N_("Saudi Arabia"),
    "TJ": N_("Tajikistan"),
}
"""Countries money comes from, by ISO 3166-1 code; the most frequent ones first."""
CURRENCIES: Mapping[str, str] = {
    "KGS": N_("Kyrgyz som"),
    "RUB": N_("Russian rouble"),
    "USD": N_("US dollar"),
    "EUR": N_("euro"),
    "KZT": N_("Kazakh tenge"),
    "TRY": N_("Turkish lira"),
    "KRW": N_("South Korean won"),
    "GBP": N_("pound sterling"),
    "CNY": N_("Chinese yuan"),
    "UZS": N_("Uzbek som"),
}
"""Currencies of evidence, by ISO 4217 code; the most frequent ones first."""
VISIT_CHECKLIST: Mapping[str, str] = {
    "works": N_("The work goes as the plan says"),
    "equipment": N_("The equipment is in place and in use"),
    "emblem": N_("The donor's emblem is visible"),
    "records": N_("Receipts and records are kept"),
    "co_investment": N_("The co-investment can be seen in the project"),
    "safe": N_("The place is safe for people and animals"),
}
"""What a monitoring officer ticks at a visit: {item key: message id}."""


def country_text(code: str) -> str:
    """The name of a country in the language in force; an unlisted code stays as it is."""
    return gettext(COUNTRIES[code]) if code in COUNTRIES else code


def currency_text(code: str) -> str:
    """The name of a currency with its code, in the language in force."""
    return f"{gettext(CURRENCIES[code])} ({code})" if code in CURRENCIES else code


def unit_text(unit: str) -> str:
    """What an indicator counts, in the language in force."""
    return gettext(UNITS[unit]) if unit in UNITS else unit
