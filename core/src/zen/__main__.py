"""Run the program as `python -m zen`."""

from __future__ import annotations

from zen.cli.main import main

main(prog_name="zen")
