"""For each rule of the audit, pages on which it finds something and pages, as near to them as can be, on which it must
not.

`yes` and `no` are bodies of pages; PICTURES is what the addresses below /pictures/ answer. A rule is added here with at
least one page of both kinds.
"""
import dataclasses
import random
import struct
import zlib

from static_site import error, redirect

TINY_GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
LONG = "A red kite circles over the meadow behind the old mill, and below it two more of its kind sit on a fence. "


@dataclasses.dataclass
class Rule:
    yes: list
    no: list


def gallery(count, attributes=""):
    return "".join(f'<img src="/g{i}.png" alt="Picture of day {i}" width="400" height="300" {attributes}>'
                   for i in range(count))


MARKUP = {
    "alt_missing": Rule(
        yes=['<img src="a.png">', '<a href="/"><img src="a.png"></a>', '<input type="image" src="a.png">',
             '<figure><img src="a.png"><figcaption>A caption is no text alternative</figcaption></figure>'],
        no=['<img src="a.png" alt="">', '<img src="a.png" alt="A kite">', '<img src="a.png" aria-label="A kite">',
            '<img src="a.png" title="A kite">', '<p id="k">A kite</p><img src="a.png" aria-labelledby="k">',
            '<img src="a.png" role="presentation">', '<p aria-hidden="true"><img src="a.png"></p>',
            '<video poster="a.png"></video><div style="background: url(b.png)"></div>']),
    "alt_empty_in_link": Rule(
        yes=['<a href="/"><img src="a.png" alt=""></a>', '<button><img src="a.png" alt=" "></button>',
             '<a href="/"><span><img src="a.png" alt=""></span> </a>', '<a href="/"><svg><path d="M0 0"/></svg></a>'],
        no=['<a href="/"><img src="a.png" alt=""> Home</a>', '<a href="/"><img src="a.png" alt="Home"></a>',
            '<a href="/" aria-label="Home"><img src="a.png" alt=""></a>', '<img src="a.png" alt="">',
            '<a href="/"><svg><title>Home</title></svg></a>']),
    "alt_whitespace": Rule(
        yes=['<img src="a.png" alt=" ">', '<img src="a.png" alt="&#10;">'],
        no=['<img src="a.png" alt="">', '<img src="a.png" alt=" A kite ">', '<img src="a.png">']),
    "alt_filename": Rule(
        yes=['<img src="a.png" alt="DSC_0042.JPG">', '<img src="/x/hero-banner-2.png?v=3" alt="hero-banner-2.png">',
             '<img src="a.png" alt="IMG_20240112">'],
        no=['<img src="kite.png" alt="kite">', '<img src="a.png" alt="The logo of Node.js">',
            '<img src="a.png" alt="">']),
    "alt_generic": Rule(
        yes=['<img src="a.png" alt="image">', '<img src="a.png" alt="Bild">', '<img src="a.png" alt="Photo 3">',
             '<img src="a.png" alt="画像">', '<img src="a.png" alt="изображение">', '<img src="a.png" alt="Imagen">'],
        no=['<img src="a.png" alt="Bild eines Drachens">', '<img src="a.png" alt="Imagine">',
            '<img src="a.png" alt="">']),
    "alt_repeated": Rule(
        yes=['<img src="adler.png" alt="One of our birds"><img src="bussard.png" alt="One of our birds">'],
        no=['<img src="milan.png" alt="A black kite"><img src="milan.png" alt="A black kite">',
            '<img src="weihe.jpg" alt="A harrier"><img src="weihe-300x200.jpg" alt="A harrier">'
            '<img src="weihe@2x.jpg" alt="A harrier">',
            '<img src="c.png" alt=""><img src="d.png" alt="">']),
    "alt_too_long": Rule(
        yes=[f'<img src="a.png" alt="{LONG + LONG}">', f'<img src="a.png" alt="{"空" * 151}">'],
        no=[f'<img src="a.png" alt="{LONG}">', f'<img src="a.png" alt="{"空" * 150}">']),
    "decorative": Rule(
        yes=['<img src="a.png" alt="">', '<svg aria-hidden="true"></svg>', '<img src="a.png" role="none">',
             '<a href="/"><img src="a.png" alt=""> Home</a>'],
        no=['<img src="a.png" alt="A kite">', '<a href="/"><img src="a.png" alt=""></a>', '<img src="a.png">']),
    "dimensions_missing": Rule(
        yes=['<img src="a.png" alt="">', '<img src="a.png" alt="" width="10">'],
        no=['<img src="a.png" alt="" width="10" height="20">', '<svg></svg>', '<video poster="a.png"></video>']),
    "not_lazy": Rule(
        yes=[gallery(40)],
        no=[gallery(40, 'loading="lazy"'), gallery(3)]),
    "placeholder_only": Rule(
        yes=[f'<img src="{TINY_GIF}" alt="A kite in the evening">',
             '<img src="/img/placeholder.png" alt="A kite at noon">'],
        no=[f'<img src="{TINY_GIF}" data-src="kite.jpg" alt="A kite in the morning">',
            f'<img src="{TINY_GIF}" alt="A kite by night">'
            '<noscript><img src="night.jpg" alt="A kite by night"></noscript>',
            f'<img src="{TINY_GIF}" alt="">', '<img src="kite.jpg" alt="A kite at last">']),
}

PROBE = {
    "broken": Rule(yes=['<img src="/pictures/gone.png" alt="">', '<img src="/pictures/error.png" alt="">'],
                   no=['<img src="/pictures/small.png" alt="">', '<img src="/pictures/forbidden.png" alt="">']),
    "blocked": Rule(yes=['<img src="/pictures/forbidden.png" alt="">', '<img src="/secret/a.png" alt="">'],
                    no=['<img src="/pictures/gone.png" alt="">', '<img src="/pictures/small.png" alt="">']),
    "redirected": Rule(yes=['<img src="/pictures/moved.png" alt="">'], no=['<img src="/pictures/small.png" alt="">']),
    "html_as_image": Rule(yes=['<img src="/pictures/page.png" alt="">'],
                          no=['<img src="/pictures/gone.png" alt="">', '<img src="/pictures/small.png" alt="">',
                              '<a href="/pictures/page.html">A page</a>']),
    "wrong_type": Rule(yes=['<img src="/pictures/really-png.jpg" alt="">',
                            '<img src="/pictures/said-to-be-gif.png" alt="">'],
                       no=['<img src="/pictures/small.png" alt="">', '<img src="/pictures/no-extension" alt="">',
                           '<img src="/pictures/page.png" alt="">']),
    "oversized_bytes": Rule(yes=['<img src="/pictures/heavy.png" alt="">'],
                            no=['<img src="/pictures/small.png" alt="">', '<img src="/pictures/big.png" alt="">']),
    "oversized_pixels": Rule(yes=['<img src="/pictures/big.png" width="100" height="75" alt="">'],
                             no=['<img src="/pictures/big.png" width="200" height="150" alt="">',
                                 '<img src="/pictures/big.png" alt="">',
                                 '<img srcset="/pictures/big.png 400w" width="100" height="75" alt="">']),
}
NEEDS_TLS = "mixed_content"


def png(width, height, pixel=None):
    """RGB; pixel: bytes for all of them, None: noise, which no encoder makes smaller."""
    rows = random.Random(1)
    data = b"".join(b"\0" + (pixel * width if pixel else rows.randbytes(3 * width)) for _ in range(height))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) \
        + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def picture(body, kind="image/png"):
    return 200, {"Content-Type": kind}, body


SMALL = png(40, 30, b"\x80\x20\x20")
PICTURES = {
    "/pictures/small.png": picture(SMALL),
    "/pictures/no-extension": picture(SMALL),
    "/pictures/really-png.jpg": picture(SMALL),
    "/pictures/said-to-be-gif.png": picture(SMALL, "image/gif"),
    "/pictures/big.png": picture(png(400, 300, b"\x20\x80\x20")),
    "/pictures/heavy.png": picture(png(700, 700)),
    "/pictures/page.png": picture(b"<!doctype html><title>Sorry</title><p>There is no such picture.", "text/html"),
    "/pictures/page.html": picture(b"<!doctype html><title>A page</title><p>Of its own.", "text/html"),
    "/pictures/moved.png": redirect("/pictures/small.png"),
    "/pictures/forbidden.png": error(403),
    "/pictures/error.png": error(500),
    "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /secret/\n"),
}
