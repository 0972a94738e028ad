"""The sandbox over HTTP: connections, dropped and kept, and the command."""

import http.client
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

from odoo.tests import BaseCase, tagged

from ..sandbox import Sandbox, serve_in_thread

ROOT = Path(__file__).parents[1]


@tagged("post_install", "-at_install")
class TestSandboxServer(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box = Sandbox(orders=20)
        cls.server = serve_in_thread(cls.box)
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    def url(self, path):
        return self.box.base_url + path

    def fault(self, kind, **values):
        body = {"kind": kind, "path": "/order", **values}
        requests.post(self.url("/_sandbox/faults"), json=body, timeout=5)

    def test_the_door_answers_over_http(self):
        state = requests.get(self.url("/_sandbox/state?raw=0"), timeout=5).json()
        self.assertEqual(len(state["orders"]), 20)

    def test_a_connection_is_kept_for_many_requests(self):
        host, port = self.server.server_address
        with socket.create_connection((host, port), timeout=5) as connection:
            for _number in range(3):
                connection.sendall(b"GET /x HTTP/1.1\r\nHost: sandbox\r\n\r\n")
                text = connection.recv(65536)
                self.assertTrue(text.startswith(b"HTTP/1.1 404"), text)

    def test_a_body_can_come_in_chunks(self):
        parts = iter([b'{"kind": "slow", ', b'"path": "/never"}'])
        url = self.url("/_sandbox/faults")
        reply = requests.post(url, data=parts, timeout=10)
        self.assertEqual(reply.json()["path"], "/never")

    def test_a_reset_is_felt_on_the_socket(self):
        self.fault("reset")
        with self.assertRaisesRegex(requests.ConnectionError, "(?i)reset"):
            requests.get(self.url("/order/202309/orders"), timeout=5)

    def test_a_held_connection_runs_into_the_timeout_of_the_client(self):
        self.fault("timeout", seconds=0.6)
        connection = http.client.HTTPConnection(
            *self.server.server_address, timeout=0.2
        )
        self.addCleanup(connection.close)
        connection.request("GET", "/order/202309/orders")
        with self.assertRaises(TimeoutError):
            connection.getresponse()

    def test_a_held_connection_ends_without_an_answer(self):
        self.fault("timeout", seconds=0.1)
        with self.assertRaises(requests.ConnectionError):
            requests.get(self.url("/order/202309/orders"), timeout=10)

    def test_a_slow_answer_still_comes(self):
        self.fault("slow", seconds=0.2)
        start = time.monotonic()
        reply = requests.get(self.url("/order/202309/orders"), timeout=5)
        self.assertGreaterEqual(time.monotonic() - start, 0.2)
        self.assertEqual(reply.status_code, 400)

    def test_the_first_line_of_the_command_starts_a_client(self):
        command = (sys.executable, "-m", "sandbox", "--port", "0", "--market", "MY,US")
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            try:
                given = json.loads(process.stdout.readline())
                url = given["base_url"] + "/_sandbox/credentials"
                self.assertEqual(requests.get(url, timeout=5).json(), given)
                self.assertEqual([s["region"] for s in given["shops"]], ["MY", "US"])
            finally:
                process.terminate()
