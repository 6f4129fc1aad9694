"""The WSGI entry: gunicorn and the flask command start here."""

import click

from app import doctor
from app.factory import create_app

app = create_app()
if click.get_current_context(silent=True) is None:  # a server: the flask commands have to reach an unsafe database too
    with app.app_context():
        doctor.refuse_unsafe()
