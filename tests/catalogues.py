"""A REST catalogue of Iceberg, as tests read it: the tables of one in a file, told over HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from pyiceberg.catalog.sql import SqlCatalog

TOKEN = "t0ken-Kanarienvogel"


@contextmanager
def served(catalogue: SqlCatalog) -> Iterator[str]:
    """HOST:PORT of one that wants TOKEN of whoever asks."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _answering(catalogue)) as server:
        Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _answering(catalogue: SqlCatalog) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers.get("authorization") == f"Bearer {TOKEN}"
            text = json.dumps(_said(catalogue, self.path) if known else _UNKNOWN).encode()
            self.send_response(200 if known else 401)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Answering


_UNKNOWN = {"error": {"message": "who asks?", "type": "NotAuthorizedException", "code": 401}}


def _said(catalogue: SqlCatalog, path: str) -> dict[str, Any]:
    """What the protocol says of `config`, of all namespaces, of all tables of one, of a table."""
    match path.partition("?")[0].strip("/").split("/")[1:]:
        case ["config"]:
            return {"defaults": {}, "overrides": {}}
        case ["namespaces"]:
            return {"namespaces": list(map(list, catalogue.list_namespaces()))}
        case ["namespaces", space, "tables"]:
            found = [name for *_, name in catalogue.list_tables(space)]
            return {"identifiers": [{"namespace": [space], "name": name} for name in found]}
        case ["namespaces", space, "tables", name]:
            table = catalogue.load_table((space, name))
            said = json.loads(table.metadata.model_dump_json())
            return {"metadata-location": table.metadata_location, "metadata": said, "config": {}}
    raise AssertionError(path)
