"""Applications for tests: one for each configuration, used by all the tests of a worker."""

import gc
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from app.config import Config
from app.factory import create_app
from tests.support.clients import Client, watch_sessions


class Apps:
    """The applications of a worker. `templates` is a folder for compiled templates; all workers may share it."""

    def __init__(self, templates: Path) -> None:
        self.templates = FileSystemBytecodeCache(str(templates))
        self.made: dict[Config, Flask] = {}

    def of(self, config: Config) -> Flask:
        """The one application for `config`. It has answered already, so it takes no more routes and hooks."""
        config.prepare_folders()
        if config not in self.made:
            made = self.made[config] = self.another(config)
            assert made.test_client().get("/healthz").status_code == 200
            gc.collect()
            gc.freeze()  # what is made by now stays: to look through it again and again takes a thirtieth of the run
        return self.made[config]

    def another(self, config: Config) -> Flask:
        """A new application that nobody else has."""
        made = create_app(config)
        made.jinja_env.bytecode_cache = self.templates
        made.test_client_class = Client
        watch_sessions(made)
        return made
