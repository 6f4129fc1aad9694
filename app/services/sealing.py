"""Sealing short secrets with a key that is not in the database: Fernet of the library `cryptography`.

Whoever copies the database has no secret of it; whoever can write into it cannot put one of their own in.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKeyError(Exception):
    """None of the keys opens what is sealed: a key is missing, or the text was changed."""


class Seal:
    """Seals with the first of the keys (32 bytes in URL-safe base64 each) and opens with any of them."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._box = MultiFernet([Fernet(key) for key in keys])

    def close(self, text: str) -> str:
        """The sealed text, never the same twice."""
        return self._box.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """What was sealed. Raises `WrongKeyError`."""
        try:
            return self._box.decrypt(sealed).decode()
        except InvalidToken as error:
            raise WrongKeyError from error

    def renew(self, sealed: str) -> str:
        """The same secret sealed with the first key. Raises `WrongKeyError`."""
        try:
            return self._box.rotate(sealed).decode()
        except InvalidToken as error:
            raise WrongKeyError from error
