"""The small sites that the UI tests crawl, on 127.0.0.1.

Site: images with each kind of alt, alts and titles that try to run script, a redirect, a broken link, a
broken image, and a chain of pages each of which waits for a permit, so that a test decides how far a
crawl is. RuledSite: what a crawl is told not to fetch, and by whom: robots.txt, sitemaps, nofollow, a
page that reserves its rights, a calendar without an end.
"""

import http.server
import struct
import threading
import zlib

HOSTILE_ALT = '"><img src=x onerror="window.pwned=1"><script>window.pwned=2</script>'
HOSTILE_TITLE = '</title><script>window.pwned=3</script>'
CHAIN_LENGTH = 60


def png(width, height, rgb):
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    rows = b''.join(b'\0' + bytes(rgb) * width for _ in range(height))
    head = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')


def escape(text):
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('"', '&quot;')


HOME = f'''<!doctype html><meta charset="utf-8"><title>{escape(HOSTILE_TITLE)}</title>
<img src="/img/harbour.png" alt="The harbour at dawn" width="40" height="30">
<img src="/img/nameless.png">
<img src="/img/line.png" alt="">
<img src="/img/spaces.png" alt="   ">
<img src="/img/hostile.png" alt="{escape(HOSTILE_ALT)}">
<img src="/img/gone.png" alt="A picture that is gone">
<a href="/second.html">second</a> <a href="/old.html">moved</a> <a href="/broken.html">broken</a>
<a href="javascript:window.pwned=4">script</a>'''

SECOND = '''<!doctype html><meta charset="utf-8"><title>Second page</title>
<img src="/img/nameless.png"> <img src="/img/harbour.png" alt="Harbour">
<img src="/img/wide.png" srcset="/img/wide-2x.png 2x" alt="A wide view">'''

NEW = '<!doctype html><meta charset="utf-8"><title>New place</title><img src="/img/other.png">'

# What a crawl of "/" finds.
EXPECTED = {
    'images': 9,  # harbour nameless line spaces hostile gone wide wide-2x other
    'missing': {'nameless.png', 'other.png'},
    'empty': {'line.png'},
    'whitespace': {'spaces.png'},
}


class WaitingServer(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # with the usual 5, a browser that opens many connections at once meets a reset


class Site:
    """Serves from its own threads until close()."""

    pages = {'/': HOME, '/second.html': SECOND, '/new.html': NEW}

    def __init__(self):
        self.permits = threading.Semaphore(0)
        self.closing = False
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *_):
                pass

            def do_GET(self):
                try:
                    site.answer(self)
                except ConnectionError:
                    pass  # the crawl was over before

        self.server = WaitingServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}/'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def permit(self, pages):
        """Lets so many pages of the chain be answered."""
        for _ in range(pages):
            self.permits.release()

    def close(self):
        self.closing = True
        self.permit(2 * CHAIN_LENGTH)
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        path = request.path
        if path.startswith('/chain/'):
            return self.answer_chain(request, int(path.rsplit('/', 1)[1]))
        if path in self.pages:
            return self.reply(request, 200, self.pages[path].encode())
        if path == '/old.html':
            return self.reply(request, 301, b'', [('Location', '/new.html')])
        if path.startswith('/img/') and 'gone' not in path:
            return self.reply(request, 200, png(40, 30, (40, 90, 160)), kind='image/png')
        return self.reply(request, 404, b'not here', kind='text/plain')

    def answer_chain(self, request, number):
        while not self.permits.acquire(timeout=0.2):
            if self.closing:
                return
        following = f'<a href="/chain/{number + 1}">next</a>' if number < CHAIN_LENGTH else ''
        page = f'<!doctype html><title>Link {number}</title><img src="/img/c{number}.png">{following}'
        self.reply(request, 200, page.encode())

    @staticmethod
    def reply(request, status, body, headers=(), kind='text/html; charset=utf-8'):
        request.send_response(status)
        for name, value in [('Content-Type', kind), ('Content-Length', str(len(body))), *headers]:
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)


def plain(title, *links):
    return f'<!doctype html><meta charset="utf-8"><title>{title}</title>' + ''.join(f'<a href="{link}">x</a> ' for link in links)


class RuledSite(Site):
    pages = {
        '/': plain('Rules', '/art.html', '/private/plan.html', '/private/more.html', 'http://elsewhere.example/', '/calendar/2030-01')
        + '<a href="/hidden.html" rel="nofollow">hidden</a>',
        '/art.html': '<!doctype html><meta name="robots" content="noai, noimageindex"><title>Art</title><img src="/img/art.png" alt="Art">',
        '/listed.html': plain('Only in the sitemap'),
    }

    def answer(self, request):
        path = request.path
        if path == '/robots.txt':
            text = f'User-agent: *\nDisallow: /private/\n\nSitemap: {self.url}sitemap.xml\nSitemap: {self.url}broken.xml\n'
            return self.reply(request, 200, text.encode(), kind='text/plain')
        if path == '/sitemap.xml':
            return self.reply(request, 200, self.sitemap('</urlset>'), kind='application/xml')
        if path == '/broken.xml':
            return self.reply(request, 200, self.sitemap('<url><loc>'), kind='application/xml')
        if path.startswith('/calendar/'):
            return self.reply(request, 200, self.month(path[10:]).encode())
        if path == '/art.html':
            return self.reply(request, 200, self.pages[path].encode(), [('tdm-reservation', '1')])
        return super().answer(request)

    def sitemap(self, end):
        image = f'<image:image><image:loc>{self.url}img/map.png</image:loc></image:image>'
        urls = ''.join(f'<url><loc>{self.url}{name}</loc><lastmod>2026-05-01</lastmod>{image}</url>' for name in ('listed.html', 'private/x.html'))
        return ('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
                f'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">{urls}{end}').encode()

    @staticmethod
    def month(text):
        year, month = map(int, text.split('-'))
        following = f'{year + month // 12}-{month % 12 + 1:02}'
        return plain('Nothing on', f'/calendar/{following}', '/')
