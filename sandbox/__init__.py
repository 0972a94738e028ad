"""A TikTok Shop in a box: speaks the Partner API from memory, for tests and demos.

Run it with `python -m sandbox`, or use `Sandbox` and `adapter.SandboxAdapter` in
process. It shares no code with the connector's own client.
"""

from .box import Sandbox
from .server import Server, serve_in_thread

__all__ = ["Sandbox", "Server", "serve_in_thread"]
