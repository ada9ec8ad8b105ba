"""The web server: two processes of four threads serve a clinic from two cores."""

import os

bind = os.environ.get("FIELDLIGHT_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("FIELDLIGHT_WEB_PROCESSES", "2"))
threads = 4
worker_class = "gthread"
preload_app = True  # imported once, then forked: half the start-up time, and shared memory
timeout = 120
graceful_timeout = 20
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = None
loglevel = "warning"
limit_request_line = 4094
control_socket_disable = True
