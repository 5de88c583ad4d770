"""A site whose pages are given by a function of the request, and that remembers what it was asked with; proxies that
count what goes through them."""
import base64
import contextlib
import http.server
import select
import socket
import struct
import threading


class TalkingSite:
    """answer(path, headers) → (status, headers as a list of pairs, body); None: 404, as for robots.txt."""

    def __init__(self, answer, address="127.0.0.1"):
        self.requests = []  # (path, headers)
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.requests.append((self.path, self.headers))
                found = None if self.path == "/robots.txt" else answer(self.path, self.headers)
                status, headers, body = found or (404, [], b"")
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://{address}:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def headers_of(self, path):
        """Those of the one request for it."""
        found = [headers for asked, headers in self.requests if asked == path]
        assert len(found) == 1, (path, self.requests)
        return found[0]

    def paths(self):
        return [path for path, _ in self.requests if path != "/robots.txt"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def pipe(one, other):
    """Until one of them has nothing more to say."""
    sockets = [one, other]
    while True:
        for ready in select.select(sockets, [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            (other if ready is one else one).sendall(data)


class Proxy:
    """Base: listens, counts its connections, keeps the targets that it was told."""

    def __init__(self, address="127.0.0.1"):
        self.connections, self.targets = 0, []
        self.listener = socket.create_server((address, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, contextlib.suppress(OSError, EOFError):
            target = self.greet(client)
            if target is None:
                return
            self.targets.append(target)
            with socket.create_connection(target) as server:
                self.welcome(client)
                pipe(client, server)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def read_exactly(client, count):
    data = b""
    while len(data) < count:
        more = client.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


class HttpProxy(Proxy):
    """CONNECT alone; with a login, only for who has it."""

    def __init__(self, login=None, **more):
        self.login, self.greetings = login, []
        super().__init__(**more)

    def greet(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += read_exactly(client, 1)
        self.greetings.append(head.decode())
        word = base64.b64encode((self.login or "").encode()).decode()
        if self.login and f"Proxy-Authorization: Basic {word}\r\n" not in head.decode():
            client.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return None
        method, target, _ = head.decode().split(" ", 2)
        assert method == "CONNECT", head
        host, port = target.rsplit(":", 1)
        return host.strip("[]"), int(port)

    def welcome(self, client):
        client.sendall(b"HTTP/1.1 200 Connection established\r\nX-Robots-Tag: of the proxy\r\n\r\n")


class SocksProxy(Proxy):
    """SOCKS 5 without a login, addresses only (RFC 1928)."""

    def greet(self, client):
        _, methods = read_exactly(client, 2)
        read_exactly(client, methods)
        client.sendall(b"\x05\x00")
        _, command, _, kind = read_exactly(client, 4)
        if command != 1 or kind not in (1, 4):
            client.sendall(b"\x05\x08\x00\x01" + bytes(6))
            return None
        family, count = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
        host = socket.inet_ntop(family, read_exactly(client, count))
        return host, struct.unpack(">H", read_exactly(client, 2))[0]

    def welcome(self, client):
        client.sendall(b"\x05\x00\x00\x01" + bytes(6))
