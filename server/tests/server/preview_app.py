"""The application that runs in a sandbox and is previewed: pages, events, uploads, a WebSocket that echoes.

Serves port 3000 on 127.0.0.1, 3001 on ::1, 3002 on 0.0.0.0.
"""

import base64
import hashlib
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GO = threading.Semaphore(0)


class Application(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, text, status=200, **headers):
        body = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, text):
        body = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))

    def do_GET(self):
        if self.path == "/events":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number in range(3):
                self.chunk(f"data: {number}\n\n")
                GO.acquire()
            self.chunk("")
        elif self.path == "/socket":
            self.echo()
        elif self.path == "/die":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"the beginning")
            self.wfile.flush()
            os._exit(1)
        else:
            family = "IPv6" if self.server.address_family == socket.AF_INET6 else "IPv4"
            self.answer(f"<h1>Hello from {family}</h1>", Content_Type="text/html")

    def do_POST(self):
        if self.path == "/go":
            GO.release()
            return self.answer("")
        digest, size = hashlib.sha256(), 0
        left = int(self.headers["Content-Length"])
        while left:
            piece = self.rfile.read(min(left, 1 << 16))
            digest.update(piece)
            size += len(piece)
            left -= len(piece)
        self.answer(f"{size} {digest.hexdigest()}")

    def echo(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.close_connection = True
        while True:
            head = self.rfile.read(2)
            if len(head) < 2:
                return
            kind, size = head[0] & 15, head[1] & 127
            mask = self.rfile.read(4)
            words = bytes(byte ^ mask[place % 4] for place, byte in enumerate(self.rfile.read(size)))
            self.wfile.write(bytes([128 | kind, size]) + words)
            if kind == 8:
                return


class Six(ThreadingHTTPServer):
    address_family = socket.AF_INET6


servers = [
    ThreadingHTTPServer(("127.0.0.1", 3000), Application),
    Six(("::1", 3001), Application),
    ThreadingHTTPServer(("0.0.0.0", 3002), Application),
]
for server in servers:
    threading.Thread(target=server.serve_forever).start()
