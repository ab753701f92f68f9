"""The live region of a page: what a screen reader says by itself. Never the text of an answer, only what happened."""

from nicegui.element import Element


class Announcer(Element, component='announcer.js'):
    """Says what scripts of the page dispatch as `guilherme:say` events on the document, each with its text."""
