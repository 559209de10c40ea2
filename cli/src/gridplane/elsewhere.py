"""What answers in place of the API, or keeps it from answering, and what to do about it."""

import ssl

import httpx

from gridplane.answers import words_of
from gridplane.errors import BY_STATUS, CliError, ExitCode

CHECK_URL = "Check --url (or GRIDPLANE_URL) and the network."
NAME_THE_APP = "Check --url (or GRIDPLANE_URL): it is the address of the function app alone"


def not_gridplane(response: httpx.Response, base: httpx.URL) -> CliError:
    """Another service, a page, or a way to another address."""
    return CliError(
        f"{str(base).rstrip('/')} is not a Gridplane endpoint: it {_tell(response)}.",
        code=ExitCode.UNREACHABLE,
        fix=_other_url(response, base) or f"{NAME_THE_APP}.",
    )


def _tell(response: httpx.Response) -> str:
    if response.has_redirect_location:
        target = _target(response).copy_with(query=None, fragment=None)
        return f"redirects to {target}"
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return (
        f"answers {response.status_code} {f'with {kind} ' if kind else ''}({words_of(response)})"
    )


def _other_url(response: httpx.Response, base: httpx.URL) -> str:
    """Without a path, or as the same host redirects."""
    if response.has_redirect_location and (target := _target(response)).host == base.host:
        return f"--url {origin_of(target)}"
    return f"--url {origin_of(base)}" if base.path.strip("/") else ""


def _target(response: httpx.Response) -> httpx.URL:
    return response.request.url.join(response.headers["Location"])


def without_explanation(response: httpx.Response) -> CliError:
    """By an app that is Gridplane."""
    request = response.request
    return CliError(
        f"{request.method} {request.url.path} is answered {response.status_code} "
        f"without an explanation: {words_of(response)}",
        code=BY_STATUS.get(response.status_code, ExitCode.FAILED),
        fix="The app may be of an older version: `gridplane version` tells both.",
    )


def unreachable(request: httpx.Request, error: Exception) -> CliError:
    told, fix = f"does not answer: {error}", CHECK_URL
    failed = find_tls_error(error)
    if isinstance(failed, ssl.SSLCertVerificationError):
        told = f"has a certificate that is not trusted: {failed.verify_message}"
        fix = (
            "Check --url. `gridplane login --ca-bundle FILE`, or GRIDPLANE_CA_BUNDLE, trusts "
            "another authority."
        )
    elif failed:
        told = f"is not a Gridplane endpoint: it does not speak TLS ({failed.reason})."
        fix = f"{NAME_THE_APP}, with its scheme and port."
    elif isinstance(error, httpx.RemoteProtocolError):
        told = f"does not speak HTTP: {error}"
        fix = f"{NAME_THE_APP}, with its scheme and port."
    return CliError(f"{origin_of(request.url)} {told}", code=ExitCode.UNREACHABLE, fix=fix)


def find_tls_error(error: BaseException | None) -> ssl.SSLError | None:
    """Below the errors of the libraries; such an error does not pass by waiting."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def origin_of(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"
