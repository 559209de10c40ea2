"""Atom entries and feeds around the descriptions of entities, written and read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from emulators.azure.service_bus.administration.errors import Refusal, bad_request

ATOM = "http://www.w3.org/2005/Atom"
SERVICE_BUS = "http://schemas.microsoft.com/netservices/2010/10/servicebus/connect"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
COUNTS = "http://schemas.microsoft.com/netservices/2011/06/servicebus"
NEVER = "0001-01-01T00:00:00Z"

ElementTree.register_namespace("i", INSTANCE)
ElementTree.register_namespace("d2p1", COUNTS)


@dataclass(frozen=True, slots=True)
class Described:
    """An entity as it is shown: `address` is its URL without a query."""

    title: str
    address: str
    created_at: float
    updated_at: float
    description: Element


def moment(seconds: float) -> str:
    """Seconds of Unix time as .NET writes them in XML."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def child(parent: Element, name: str, text: str | None = None, ns: str = SERVICE_BUS) -> Element:
    element = SubElement(parent, f"{{{ns}}}{name}")
    element.text = text
    return element


def entry(shown: Described, query: str, author: str) -> Element:
    root = Element(f"{{{ATOM}}}entry")
    address = f"{shown.address}?{query}"
    child(root, "id", address, ATOM)
    child(root, "title", shown.title, ATOM).set("type", "text")
    child(root, "published", _second(shown.created_at), ATOM)
    child(root, "updated", _second(shown.updated_at), ATOM)
    child(child(root, "author", None, ATOM), "name", author, ATOM)
    child(root, "link", None, ATOM).attrib.update({"rel": "self", "href": address})
    content = child(root, "content", None, ATOM)
    content.set("type", "application/xml")
    content.append(shown.description)
    return root


def feed(
    title: str, address: str, following: str | None, entries: Iterable[Element], now: float
) -> Element:
    """`following` is where the next page is."""
    root = Element(f"{{{ATOM}}}feed")
    child(root, "title", title, ATOM).set("type", "text")
    child(root, "id", address, ATOM)
    child(root, "updated", _second(now), ATOM)
    child(root, "link", None, ATOM).attrib.update({"rel": "self", "href": address})
    if following is not None:
        child(root, "link", None, ATOM).attrib.update({"rel": "next", "href": following})
    root.extend(entries)
    return root


def nothing_here(now: float) -> Element:
    """What Service Bus answers with 200 to a GET of an entity that does not exist."""
    root = Element(f"{{{ATOM}}}feed")
    child(root, "title", "Publicly Listed Services", ATOM).set("type", "text")
    text = "This is the list of publicly-listed services currently available."
    child(root, "subtitle", text, ATOM).set("type", "text")
    child(root, "id", "uuid:27fcd1e2-3a99-44b1-8f1e-3e92b52f0171;id=30", ATOM)
    child(root, "updated", _second(now), ATOM)
    child(root, "generator", "Service Bus 1.1", ATOM)
    return root


def error(refusal: Refusal, detail: str) -> Element:
    root = Element("Error")
    SubElement(root, "Code").text = str(refusal.status)
    SubElement(root, "Detail").text = detail
    return root


def read_description(body: bytes) -> Element:
    """The description in an entry; raises Refusal."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as problem:
        raise bad_request(f"The body is no XML: {problem}.") from None
    content = next((each for each in root if local_name(each) == "content"), None)
    description = None if content is None else next(iter(content), None)
    if description is None:
        raise bad_request("The body is no entry with a description of an entity.")
    return description


def write(root: Element) -> bytes:
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _second(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
