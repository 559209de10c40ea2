"""What answers in place of the API: other services, pages, sign-ins, and servers without HTTP."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import trustme
from gridplane.app import run
from gridplane.session import Surroundings

from tests.support.command_line import Answers, CommandLine, answer

URL = "https://app.example.com"
PAGE = "<!doctype html><html><head><title>Welcome to nginx!</title></head></html>"


def page(status: int, text: str = PAGE, **headers: str) -> Answers:
    return lambda _: httpx.Response(status, html=text, headers=headers)


NOWHERE = page(404, "<html><title>404 Not Found</title></html>")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (page(200), "it answers 200 with text/html (Welcome to nginx!)."),
        (page(404, "<h1>Nothing</h1>"), "it answers 404 with text/html (Not Found)."),
        (answer(404, {"message": "x"}), 'it answers 404 with application/json ({"message":"x"}).'),
        (answer(200, ["x"]), 'it answers 200 with application/json (["x"]).'),
        (page(302, Location="https://login.example.com/sign-in?state=1"),
         "it redirects to https://login.example.com/sign-in."),
        (page(403), "it answers 403 with text/html (Welcome to nginx!)."),
        (page(500), "it answers 500 with text/html (Welcome to nginx!)."),
    ],
)  # fmt: skip
def test_another_service_is_told_from_the_api(cli: CommandLine, said: Answers, told: str):
    cli.instead = [said, NOWHERE]
    result = cli("list", "--url", URL)
    assert result.code == 6
    assert f"{URL} is not a Gridplane endpoint: {told}" in result.err
    assert (
        "Fix: Check --url (or GRIDPLANE_URL): it is the address of the function app" in result.err
    )


@pytest.mark.parametrize("command", ["login", "version"])
def test_a_service_that_has_any_health_is_another_one(cli: CommandLine, command: str):
    cli.instead = [answer(200, {"status": "up"})]
    result = cli(command, "--url", URL)
    assert f"{URL} is not a Gridplane endpoint" in result.out + result.err
    assert not Path(cli.environ["GRIDPLANE_CONFIG_DIR"]).exists()


def test_no_other_service_gets_a_token_by_a_login(cli: CommandLine):
    cli.environ["GRIDPLANE_TOKEN"] = "secret"
    cli.instead = [page(200)]
    assert cli("login", "--url", URL).code == 6
    assert [each for each in cli.requests if "Authorization" in each.headers] == []


def test_a_sign_in_in_front_of_all_does_not_keep_from_a_login(cli: CommandLine):
    cli.environ["GRIDPLANE_TOKEN"] = "secret"
    cli.instead = [page(401)] * 2
    assert cli("login").code == 0


def test_the_address_of_the_page_leads_to_that_of_the_app(cli: CommandLine):
    cli.instead = [page(404), page(404)]
    result = cli("list", "--url", f"{URL}/portal")
    assert (result.code, f"Fix: --url {URL}\n" in result.err) == (6, True)


def test_http_leads_to_https(cli: CommandLine):
    elsewhere = page(307, Location=f"{URL}/environments")
    cli.instead = [elsewhere, elsewhere]
    result = cli("list", "--url", "http://app.example.com")
    assert (result.code, f"Fix: --url {URL}\n" in result.err) == (6, True)


def test_a_sign_in_in_front_of_everything_may_be_in_front_of_the_api(cli: CommandLine):
    cli.instead = [page(401), page(401)]
    result = cli("list")
    assert (result.code, "Fix: gridplane login" in result.err) == (5, True)


def test_what_is_in_front_of_the_api_is_told_in_its_words(cli: CommandLine):
    cli.instead = [lambda _: httpx.Response(403, text="Forbidden by policy\nmore")]
    result = cli("list")
    assert (result.code, "HTTP403: Forbidden by policy\n" in result.err) == (5, True)
    cli.instead = [page(504, "<title>Gateway Timeout</title>", **{"Retry-After": "60"})]
    result = cli("list")
    assert (result.code, "HTTP504: Gateway Timeout\n" in result.err) == (6, True)


def test_an_app_that_is_older_than_the_program_is_no_other_service(cli: CommandLine):
    cli.instead = [lambda _: httpx.Response(404)]
    result = cli("costs")
    assert (result.code, "GET /costs is answered 404 without an" in result.err) == (3, True)
    assert "gridplane version" in result.err


@dataclass
class Listener:
    """A server on this machine that greets whoever connects, and counts them."""

    greet: Callable[[socket.socket], object]
    connections: int = 0
    port: int = 0

    def ask(self, scheme: str, capture: pytest.CaptureFixture[str], folder: Path) -> str:
        """What the program says of it."""
        waits: list[float] = []
        environ = {"GRIDPLANE_CONFIG_DIR": str(folder)}
        around = Surroundings(environ=environ, sleep=waits.append)
        url = f"{scheme}://127.0.0.1:{self.port}"
        assert run(["list", "--url", url], around) == 6
        return capture.readouterr().err.replace(url, "URL")


@contextmanager
def listening(greet: Callable[[socket.socket], object]) -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(greet, port=server.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    found.connections += 1
                    with connection, suppress(OSError):
                        found.greet(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def speak_ssh(connection: socket.socket) -> None:
    """Reads what it was sent, so that the connection is not reset at its end."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    connection.recv(65_536)


def test_a_server_of_another_protocol_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with listening(speak_ssh) as server:
        told = server.ask("https", capsys, tmp_path)
        assert "URL is not a Gridplane endpoint: it does not speak TLS" in told
        assert server.connections == 1
        assert "URL does not speak HTTP: " in server.ask("http", capsys, tmp_path)


def test_a_certificate_that_is_not_trusted_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with listening(lambda raw: context.wrap_socket(raw, server_side=True)) as server:
        told = server.ask("https", capsys, tmp_path)
        assert "URL has a certificate that is not trusted: unable to get local issuer" in told
        assert "--ca-bundle FILE" in told
        assert server.connections == 1
