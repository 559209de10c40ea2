"""The HTML pages that Front Door itself answers with."""

from emulators.azure.edge.exchange import Answer

_PAGE = """<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Transitional//EN' \
'http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd'>\
<html xmlns='http://www.w3.org/1999/xhtml'><head>\
<meta content='text/html; charset=utf-8' http-equiv='content-type'/>\
<style type='text/css'>body {{font-family:Arial; margin-left:40px; }}\
#content {{margin-left: auto; margin-right: auto }}\
#message h2 {{ font-size: 20px; font-weight: normal; color: #000000; margin: 34px 0px 0px 0px }}\
#message p {{ font-size: 13px; color: #000000; margin: 7px 0px 0px 0px }}\
#errorref {{ font-size: 11px; color: #737373; margin-top: 41px }}</style>\
<title>{title}</title></head><body><div id='content'><div id='message'><h2>{heading}</h2>\
{text}</div><div id='errorref'><span>{reference}</span></div></div></body></html>"""

_UNAVAILABLE = (
    "<p>We're working to restore all services as soon as possible. Please check back soon.</p>"
)


def unavailable(status: int, reference: str) -> Answer:
    """404 while the edge knows no route for the host, 503 when no origin answers."""
    return _page(status, "Our services aren't available right now", _UNAVAILABLE, reference)


def blocked(status: int, body: str | None, reference: str) -> Answer:
    """What the WAF answers, which a policy may word itself."""
    if body is not None:
        return Answer(status, body.encode(), "text/html")
    return _page(status, "The request is blocked.", "", reference)


def _page(status: int, heading: str, text: str, reference: str) -> Answer:
    shown = f"Ref A: {reference}"
    page = _PAGE.format(title="Microsoft", heading=heading, text=text, reference=shown)
    return Answer(status, page.encode(), "text/html")
