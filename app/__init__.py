"""Ashar's application package. Importing it never starts an application: see `app.factory`."""
