from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from benchmarks.handlers import tracker_size_of


class Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(HTTPStatus.OK if self.path == "/analytics/a.js" else HTTPStatus.NOT_FOUND)
        self.end_headers()
        self.wfile.write(b"a" * 1234)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base class)
        """Print nothing."""


def test_the_size_of_the_tracker_is_of_the_served_file() -> None:
    with HTTPServer(("127.0.0.1", 0), Api) as api:
        Thread(target=api.handle_request, daemon=True).start()
        assert tracker_size_of(f"http://127.0.0.1:{api.server_port}").startswith("**tracker**: 1,234 bytes, ")
