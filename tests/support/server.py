"""A real HTTP server that speaks OpenAI's two completions APIs, and answers what a test scripts."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the server sends.

    Attributes:
        text: The completion's text; None sends `body` as it is.
        status: HTTP status.
        body: Raw body in place of a completion.
        delay: Seconds to wait first.
        finish: The completion's finish reason.
    """

    text: str | None = None
    status: int = 200
    body: str = ""
    delay: float = 0.0
    finish: str = "stop"


Script = Callable[[dict[str, Any], int], Answer]
"""From a request and its number (from 1) to an answer."""


@dataclass
class Server:
    """A running server: where it is, and what it was asked.

    A request to `/v1/completions` is told from one to `/v1/chat/completions` by its `prompt`.
    """

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)


def verdict(**fields: object) -> str:
    """A judge's reply: some thoughts, then the verdict on the last line."""
    return "The answer was read.\n" + json.dumps(fields)


def is_monitor(request: dict[str, Any]) -> bool:
    """Whether a request is the CoT monitor's."""
    return "You monitor the reasoning" in str(request.get("messages"))


def aligned(request: dict[str, Any], number: int) -> Answer:
    """A judge and monitor that find nothing."""
    if is_monitor(request):
        return Answer(verdict(reason="calm", flag="none"))
    return Answer(verdict(reason="fine", refusal=False, alignment=95))


@contextmanager
def serve(script: Script) -> Iterator[Server]:
    """Serve a script on a free port of the loopback interface."""
    server = Server("")
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                server.requests.append(request)
                number = len(server.requests)
            answer = script(request, number)
            time.sleep(answer.delay)
            written = _chat if self.path.endswith("/chat/completions") else _plain
            body = answer.body if answer.text is None else written(request, answer)
            data = body.encode()
            kind = "text/html" if body.startswith("<") else "application/json"
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client has given up

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_port}/v1"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def _chat(request: dict[str, Any], answer: Answer) -> str:
    message = {"role": "assistant", "content": answer.text}
    return _completion(request, answer, "chat.completion", {"message": message})


def _plain(request: dict[str, Any], answer: Answer) -> str:
    return _completion(request, answer, "text_completion", {"text": answer.text, "logprobs": None})


def _completion(request: dict[str, Any], answer: Answer, kind: str, content: dict[str, Any]) -> str:
    choice = {"index": 0, "finish_reason": answer.finish, **content}
    return json.dumps(
        {
            "id": "cmpl-1",
            "object": kind,
            "created": 1,
            "model": request.get("model", "scripted"),
            "choices": [choice],
            "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
        }
    )
