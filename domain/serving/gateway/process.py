"""How Envoy is started in its container, and stopped without cutting what it serves."""

from domain.serving.gateway.settings import CONFIG_FILE, GatewaySettings

CONTAINER_NAME = "gateway"
"""By which the collection of the audit knows its lines: a model could write the same text."""

FLUSH_MILLISECONDS = 500
"""Lines of the audit would otherwise wait up to 10 s in memory, and be lost with the pod."""

DRAIN_SECONDS = 240
"""As long as Front Door waits for an origin: what it still wants of a gateway is done by then."""

LOG_LEVELS = "http:critical"
"""Its errors quote the query of refused requests, which may hold content."""


def build_arguments(settings: GatewaySettings, threads: int = 2) -> list[str]:
    """Arguments of Envoy. Its own log goes to standard error, the audit to standard output."""
    return [
        *("--config-path", f"{settings.config_folder}/{CONFIG_FILE}"),
        *("--log-level", "warning"),
        *("--component-log-level", LOG_LEVELS),
        *("--concurrency", str(threads)),
        *("--file-flush-interval-msec", str(FLUSH_MILLISECONDS)),
        "--disable-hot-restart",
        # Otherwise it asks ever more connections to close, over the whole time.
        *("--drain-strategy", "immediate"),
        *("--drain-time-s", str(DRAIN_SECONDS)),
    ]


def build_drain_command(
    settings: GatewaySettings, drain_seconds: int = DRAIN_SECONDS
) -> list[str]:
    """For the container's preStop hook: Envoy ends at once on SIGTERM.

    Connections are closed with the next response on them, so Front Door opens its next one to
    another replica. Envoy's image has bash, and no HTTP client.
    """
    request = r"POST /drain_listeners?graceful&skip_exit HTTP/1.1\r\nHost: admin\r\n\r\n"
    script = (
        f"exec 3<>/dev/tcp/127.0.0.1/{settings.ports.admin} && printf '{request}' >&3 && "
        f"read -r <&3; sleep {drain_seconds}"
    )
    return ["bash", "-c", script]
