"""Addresses of the app as the browser sees them: a server in front of it may have put everything below a path."""

from urllib.parse import quote

from fastapi import Request
from nicegui import ui

LEGAL = "/:@!$&'()*+,;=%"
"""What may stand in a path beside letters and digits (RFC 3986); anything else could break out of an attribute."""


def prefix(request: Request) -> str:
    """Give the path below which the app is served to the browser that asks, without a slash at its end; mostly ''."""
    forwarded = quote(request.headers.get('X-Forwarded-Prefix', ''), safe=LEGAL)
    return forwarded + str(request.scope.get('root_path', ''))


def address(path: str) -> str:
    """Give the address of a path of the app for a link on the page that is being made."""
    request = ui.context.client.request
    return (prefix(request) if request is not None else '') + path
