"""``weft serve``"""

from __future__ import annotations

from typing import Any

import click

from weft.commands.options import data_options, settings_for


@click.command()
@click.option("--host", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (8000).")
@click.option("--base-url", help="Where the server is reached, if not https://DOMAIN.")
@click.option("--tls-cert", help="Certificate file, to serve HTTPS without a proxy.")
@click.option("--tls-key", help="Key file of the certificate.")
@data_options
def command(**flags: Any) -> None:
    """Run the server until Ctrl-C. GET /health answers 200 when it is ready."""
    from weft.serve import run

    run(settings_for(**flags).settings)
