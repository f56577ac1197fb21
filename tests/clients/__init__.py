"""Real tools against the gateway, installed from npm and PyPI into a cache folder: `python -m tests.clients` plays all
scenes and prints a table, `pytest -m clients tests/clients` holds each cell to it. Neither is in the default run."""
