"""HTML that cannot be forged: whatever is not made here is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import quote, urlencode

__all__ = ("Content", "Markup", "join", "link", "pre", "table", "tag", "void")


class Markup(str):
    """Text in which everything that needs it has been escaped."""

    __slots__ = ()


Content = str | Markup | int | float | None | Iterable["Content"]
"""What may stand in an element; plain text is escaped, None is nothing."""


def tag(name: str, /, *content: Content, **attributes: str) -> Markup:
    """Return an element; a trailing underscore of an attribute's name is left out."""
    written = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{written}>{join(content)}</{name}>")


def void(name: str, /, **attributes: str) -> Markup:
    """Return an element that never has content."""
    written = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{written}>")


def join(content: Content) -> Markup:
    """Return content one after the other."""
    if content is None:
        return Markup()
    if isinstance(content, Markup):
        return content
    if isinstance(content, str | int | float):
        return Markup(escape(str(content)))
    return Markup("".join(join(part) for part in content))


def link(text: Content, *path: str | int, class_: str = "", **query: str) -> Markup:
    """Return a link to another page, relative to the base of the document."""
    address = "/".join(quote(str(part), safe="") for part in path) or "./"
    if query:
        address += "?" + urlencode(query)
    return tag("a", text, href=address, class_=class_) if class_ else tag("a", text, href=address)


def pre(text: str) -> Markup:
    """Return text as it was written."""
    return tag("pre", text)


def table(head: Iterable[Content], rows: Iterable[Iterable[Content]]) -> Markup:
    """Return a table."""
    titles = tag("tr", *(tag("th", title) for title in head))
    body = (tag("tr", *(tag("td", cell) for cell in row)) for row in rows)
    return tag("table", tag("thead", titles), tag("tbody", *body))
