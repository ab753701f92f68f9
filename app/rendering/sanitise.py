"""The last net under the renderer: an allow-list of what may stand in our HTML. Everything else is dropped.

The renderer makes nothing that has to be dropped here; this holds when it, or the parser below it, has a fault.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import nh3

from app.rendering import mathml
from app.rendering.highlight import TOKEN_CLASSES

LINK_REL = 'noopener noreferrer nofollow'

ATTRIBUTES: Mapping[str, AbstractSet[str]] = {
    'a': {'href', 'title'},
    'img': {'src', 'alt', 'title', 'loading'},
    'code': {'class'},
    'ol': {'start'},
    'li': {'data-note'},
    'details': {'open'},
    'th': {'align'},
    'td': {'align'},
    'button': {'data-action'},
    'input': {'type', 'disabled', 'checked'},  # set as well; named here they keep their order
    **mathml.ATTRIBUTES,
}
"""Attributes whose value is free, or looked at in `_attribute`. `rel`, `target`, `type` are set, whatever they were."""

CLASSES: Mapping[str, AbstractSet[str]] = {
    'div': {'code', 'code-head', 'table'},
    'p': {'plain'},
    'span': {'code-language', *mathml.WRAPPERS, *TOKEN_CLASSES.values()},
    'button': {'code-copy'},
    'ul': {'task-list', 'continued'},
    'ol': {'task-list', 'continued', 'notes'},
    'li': {'task'},
    **dict.fromkeys(mathml.TAGS, mathml.CLASSES),
}

TAGS: AbstractSet[str] = {
    *('p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'em', 'strong', 's'),
    *('table', 'thead', 'tbody', 'tr', 'th', 'td', 'pre', 'code', 'div', 'span', 'a', 'img', 'button', 'input'),
    *('details', 'summary', 'sup'),
    *mathml.TAGS,
}

_FIXED: Mapping[str, Mapping[str, str]] = {
    'a': {'target': '_blank'},
    'button': {'type': 'button'},
    'input': {'type': 'checkbox', 'disabled': ''},
}
_LINK = re.compile(r'(https?://|mailto:)[^\x00-\x20]|/(?![/\\])', re.IGNORECASE)
_IMAGE = re.compile(r'/files/[\w-]+(\.\w+)?', re.ASCII)
_NOTE_LINK = re.compile(r'#note(ref)?-\d{1,7}', re.ASCII)
_NUMBER = re.compile(r'\d{1,7}', re.ASCII)
_LANGUAGE_CLASS = re.compile(r'language-[\w+#.-]{1,32}')


def is_link(address: str) -> bool:
    """Say whether a link may lead there: http, https, mailto, or a path on our own origin."""
    return _LINK.match(address) is not None


def is_own_image(address: str) -> bool:
    """Say whether an image may be loaded from there.

    Only a file that is kept, by its plain name: an image is a request without a click, so one from elsewhere is a way
    to carry data out, and any other path of ours could cost or do something. (No files are kept yet, so none loads.)
    """
    return _IMAGE.fullmatch(address) is not None


def sanitise(html: str) -> str:
    """Give `html` with only what the allow-list names, in the form a browser itself would write it."""
    return _CLEANER.clean(html)


def _attribute(tag: str, name: str, value: str) -> str | None:
    match tag, name:
        case 'a', 'href':
            return value if is_link(value) or _NOTE_LINK.fullmatch(value) else None
        case 'img', 'src':
            return value if is_own_image(value) else None
        case 'li', 'data-note':
            return value if _NUMBER.fullmatch(value) else None
        case 'code', 'class':
            return value if _LANGUAGE_CLASS.fullmatch(value) else None
        case 'button', 'data-action':
            return value if value == 'copy-code' else None
        case _:
            return value


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    allowed_classes=CLASSES,
    set_tag_attribute_values=_FIXED,
    link_rel=LINK_REL,
    url_schemes={'http', 'https', 'mailto'},
)
