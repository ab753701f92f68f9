"""Finds the texts of slash commands for `scripts/translate`: what is marked, and what `@command` is told without marks.

A method for Babel, see "Writing Extraction Methods" in its documentation.
"""

import ast
import inspect
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import Any, BinaryIO

from babel.messages.extract import extract_python

Found = tuple[int, str, Any, list[str]]


def extract(
    fileobj: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield line, function, text and comments of every text: marked ones, and the usage and docstring of a command."""
    source = fileobj.read()
    yield from extract_python(BytesIO(source), keywords, comment_tags, dict(options))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Name(id='command'), keywords=given):
                        yield from _texts(node, given)


def _texts(function: ast.AsyncFunctionDef, given: list[ast.keyword]) -> Iterator[Found]:
    if docstring := ast.get_docstring(function, clean=False):
        yield function.lineno, 'msgid', inspect.cleandoc(docstring), []
    for keyword in given:
        if keyword.arg == 'usage' and isinstance(keyword.value, ast.Constant):
            yield function.lineno, 'msgid', str(keyword.value.value), []
