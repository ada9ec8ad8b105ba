"""The web server: two processes of four threads serve a clinic from two cores."""

import os

bind = os.environ.get("FIELDLIGHT_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("FIELDLIGHT_WEB_PROCESSES", "2"))
threads = 4
worker_class = "gthread"
timeout = 120
graceful_timeout = 20
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = None
loglevel = "warning"
limit_request_line = 4094
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """Import the URL configuration before the first visitor does: it takes over a second."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
