"""What ChatGPT says of the marks in an answer: `metadata.content_references`, and `metadata.citations` of older ones.

Fields and kinds were last looked up in public code on 2026-11-30, in pionxzh/chatgpt-exporter (`src/api.ts`),
jamesmoore/chatgpt-export (`Models/MessageMetadata.cs`) and the importers of smaller projects.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.message import Source
from app.exchange.reading import shapes
from app.exchange.reading.web import address

PAGES, NAMED, PICTURES, NOTHING, WIDGET = 'pages', 'named', 'pictures', 'nothing', 'widget'

KINDS: Mapping[str, str] = {
    'grouped_webpages': PAGES,
    'grouped_webpages_v2': PAGES,
    'grouped_webpages_model_predicted_fallback': PAGES,
    'webpage': PAGES,
    'webpage_extended': PAGES,
    'url': PAGES,
    'news': PAGES,
    'nav_list': PAGES,
    'navigation': PAGES,
    'sources_footnote': PAGES,
    'attribution': PAGES,
    'attribution_footer': PAGES,
    'file': PAGES,
    'entity': NAMED,
    'alt_text': NAMED,
    'link_title': NAMED,
    'products': NAMED,
    'product': NAMED,
    'product_entity': NAMED,
    'video': NAMED,
    'map': NAMED,
    'businesses_map': NAMED,
    'stock': NAMED,
    'dil': NAMED,
    'image_v2': PICTURES,
    'image_inline': PICTURES,
    'image_group': PICTURES,
    'hidden': NOTHING,
    'tldr': NOTHING,
    'explore_more': NOTHING,
    'followup_a': NOTHING,
    'client_defined_widget': WIDGET,
}
"""The `type` of a reference, and what becomes of its mark: its pages become sources; its name is shown; there is a note
for pictures; nothing; a widget's text is shown. Of one we do not know, what it has of all that is taken."""

_LINK = re.compile(r'\[([^\[\]\n]{1,300})\]\(<?(https?://[^\s()<>]{1,2000})>?\)')


def pages(reference: Mapping[str, Any]) -> Iterator[Source]:
    """Yield the pages and files that a reference names."""
    found = list(_named(reference))
    if not found:
        found = [Source(url, url) for each in _listed(reference.get('safe_urls')) if (url := address(each))]
    if not found:
        found = [Source(title, url) for title, url in _LINK.findall(shapes.side_text(reference.get('alt')))]
    yield from found


def cited(citation: Mapping[str, Any]) -> Iterator[Source]:
    """Yield the page or file of one of the older `citations`."""
    for page in shapes.side_mappings([citation.get('metadata')]):
        yield from _page(page)


def found(metadata: Mapping[str, Any]) -> Iterator[Source]:
    """Yield the pages that were looked at for an answer, where it does not say which of them it is made from."""
    for cite in shapes.side_mappings([metadata.get('_cite_metadata')]):
        for page in shapes.side_mappings(cite.get('metadata_list')):
            yield from _page(page)
    for group in shapes.side_mappings(metadata.get('search_result_groups')):
        for page in shapes.side_mappings(group.get('entries')):
            yield from _page(page)


def title(reference: Mapping[str, Any]) -> str:
    """Give what is shown of a reference: its name, or those of what it lists; empty if it does not say."""
    if own := _first_text(reference, ('name', 'alt', 'title')):
        return own
    products = [*shapes.side_mappings(reference.get('products')), *shapes.side_mappings([reference.get('product')])]
    return ', '.join(filter(None, (_first_text(each, ('title', 'name')) for each in products)))


def _named(reference: Mapping[str, Any]) -> Iterator[Source]:
    yield from _page(reference)
    items = shapes.side_mappings(reference.get('items')) or shapes.side_mappings(reference.get('fallback_items'))
    for item in [*shapes.side_mappings([reference.get('item')]), *items]:
        yield from _page(item)
        for website in shapes.side_mappings(item.get('supporting_websites')):
            yield from _page(website)
    for field in ('sources', 'supporting_websites'):
        for page in shapes.side_mappings(reference.get(field)):
            yield from _page(page)


def _page(page: Mapping[str, Any]) -> Iterator[Source]:
    if url := address(page.get('url')) or address(page.get('cloud_doc_url')):
        yield Source(_first_text(page, ('title', 'name', 'attribution')) or url, url)
    elif page.get('type') == 'file' and (name := _first_text(page, ('name', 'title'))):
        yield Source(name)


def _first_text(value: Mapping[str, Any], fields: tuple[str, ...]) -> str:
    return next((text for field in fields if (text := shapes.side_text(value.get(field)).strip())), '')


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
