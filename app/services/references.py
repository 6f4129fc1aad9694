"""References on receipts and bank papers: how two of them are compared, whoever typed them."""

import unicodedata

LOOK_ALIKES = str.maketrans("АВЕЗІЈКМНОРСТУҮХЅԌԚԜѴ", "ABE3IJKMHOPCTYYXSGQWV")
"""Cyrillic letters that look like Latin ones (or a digit) on a receipt, in upper case."""


def reference_key(reference: str) -> str:
    """A reference as it is compared: letters and digits only, upper case, in whatever script they were typed."""
    text = unicodedata.normalize("NFKC", reference.replace("№", "")).casefold().upper()
    digits = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
    return "".join(sign for sign in digits.translate(LOOK_ALIKES) if sign.isalnum())[:60]
