"""An append-only feed after http-feeds.org, for tests: a real server in this process."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "t0ken-Kanarienvogel"


class Feed:
    """Events in order. most: of one answer; asked: the last id of each request."""

    def __init__(self, most: int = 3) -> None:
        self.events: list[dict[str, object]] = []
        self.asked: list[str] = []
        self.most, self.token, self.body, self.status = most, "", b"", 200

    def add(self, *rows: object) -> None:
        self.events += [
            {"specversion": "1.0", "type": "visit", "source": "/", "id": f"e{at}", "data": row}
            for at, row in enumerate(rows, len(self.events))
        ]

    def answer(self, last: str) -> bytes:
        self.asked.append(last)
        known = [str(one["id"]) for one in self.events]
        begin = known.index(last) + 1 if last in known else 0
        return self.body or json.dumps(self.events[begin : begin + self.most]).encode()


@contextmanager
def served(feed: Feed) -> Iterator[str]:
    """The address of a feed while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = self.headers.get("authorization", "")
            status = 401 if feed.token and told != f"Bearer {feed.token}" else feed.status
            query = parse_qs(urlsplit(self.path).query)
            body = feed.answer(query.get("lastEventId", [""])[0]) if status == 200 else b"no"
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"feed+http://127.0.0.1:{server.server_port}/visits"
        finally:
            server.shutdown()
            thread.join()
