"""The WSGI entry: gunicorn and the flask command start here."""

from app.factory import create_app

app = create_app()
