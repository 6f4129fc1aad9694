"""`python -m benchmarks`: its figures are for 20,000 applications and for nothing less."""

from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from models.base import db
from tests.factories import Programme
from tests.support import databases


def test_a_database_with_other_data_is_not_measured(
    programme: Programme, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programme.make_application("submitted")
    db.session.commit()
    monkeypatch.setenv("ASHAR_HOME", str(home))
    assert benchmarks.main("list") == 2
    said = capsys.readouterr().out
    assert f"The database of {home} holds 2 applications, and the figures are for 20,000" in said
    assert not (home / benchmarks.RESULT).exists()


@pytest.mark.parametrize("given", [{}, {"SECRET_KEY": "k" * 32, "FACTOR_KEYS": databases.FACTOR_KEY}])
def test_nothing_is_measured_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: dict[str, str]
) -> None:
    """It loads the demonstration, whose passwords are published."""
    env = {"ASHAR_ENV": "production", "ASHAR_EMBEDDED_DATABASE": "yes", "ASHAR_HOME": str(tmp_path)} | given
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert benchmarks.main(None) == 2
    assert ("never in production" if given else "Production needs SECRET_KEY") in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
