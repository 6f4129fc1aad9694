"""The WSGI entry: gunicorn and the flask command start here."""

import gc

import click

gc.disable()  # what is made now stays for good: to look through it again and again takes a fifth of the start

from app import doctor
from app.config import UNUSABLE, ConfigurationMissing
from app.factory import create_app

is_command = click.get_current_context(silent=True) is not None
try:
    app = create_app()
except ConfigurationMissing as problem:
    if not is_command:
        raise  # gunicorn.conf.py has refused before; other servers end over an exception, and try again after an exit
    click.echo(problem, err=True)
    raise SystemExit(UNUSABLE) from problem
if not is_command:  # a server: the flask commands have to reach an unsafe database too
    with app.app_context():
        doctor.refuse_unsafe()
gc.freeze()
gc.enable()
