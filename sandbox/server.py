"""Serves a sandbox over HTTP/1.1 with threads and kept connections."""

import socket
import struct
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from .http import Request


class Server(ThreadingHTTPServer):
    """Listens on loopback for `box`; port 0 takes a free one.

    The base URL of the sandbox becomes the server's own.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, box, port=0, host="127.0.0.1", verbose=False):
        super().__init__((host, port), Handler)
        self.box = box
        self.verbose = verbose
        box.base_url = f"http://{host}:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """Stay silent about clients that hang up; report anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    # One write per reply: small writes wait for each other on loopback.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def _serve(self):
        path, _mark, query = self.path.partition("?")
        request = Request(
            self.command,
            unquote(path),
            query,
            {name.lower(): value for name, value in self.headers.items()},
            self._body(),
            self.client_address[0],
        )
        reply = self.server.box.handle(request)
        if reply.delay:
            time.sleep(reply.delay)
        if reply.drop:
            return self._drop(reply.drop)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)
        return None

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve

    def _body(self):
        """Return the body, whole or sent in chunks."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            size = int(self.headers.get("Content-Length") or 0)
            return self.rfile.read(size) if size else b""
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _drop(self, how):
        """End the connection without a reply; a reset sends RST, not FIN."""
        self.close_connection = True
        if how == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            # The files of the handler share the socket: RST goes out with the last.
            self.rfile.close()
            self.server.close_request(self.connection)

    def log_message(self, format, *args):
        """Log requests only when asked to, without the query and its secrets."""
        if self.server.verbose:
            sys.stderr.write(f"{self.command} {self.path.partition('?')[0]}\n")


def serve_in_thread(box, port=0):
    """Serve `box` from a daemon thread and return the server; end by `shutdown()`."""
    import threading

    server = Server(box, port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
