"""A site made of a table: path → what is answered. Served from 127.0.0.1 by threads of this process."""
import http.server
import threading


def page(body, title="A page"):
    html = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'
    return 200, {"Content-Type": "text/html; charset=utf-8"}, html.encode()


def redirect(target, status=302):
    return status, {"Location": target}, b""


def error(status):
    return status, {"Content-Type": "text/html"}, b"<!doctype html><title>error</title>"


class WaitingServer(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # with the usual 5, a browser that opens many connections at once meets a reset


class StaticSite:
    """pages: {path: (status, headers, body)}; what is not there is 404, robots.txt included."""

    def __init__(self, pages):
        self.pages = pages
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                status, headers, body = site.pages.get(self.path, error(404))
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = WaitingServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
