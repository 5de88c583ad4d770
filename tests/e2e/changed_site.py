"""A site before and after its owners worked on it: something of each kind has changed."""
from static_site import error, page, redirect

HEADER = '<header><a href="/"><img src="/logo.png" width="9" height="9" alt="Kites"></a></header>'
NAUGHTY = '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;\'&#x1f;&#xfffe;]]&gt; --&gt; &#127758;'


def body(images, links=()):
    shown = "".join(f'<p id="p{number}">{image}</p>' for number, image in enumerate(images))
    return page(f"{HEADER}<main>{shown}" + "".join(f'<a href="{link}">{link}</a>' for link in links) + "</main>",
                title="A page of </title> &lt;b&gt;kites")


def img(name, alt=None):
    text = "" if alt is None else f' alt="{alt}"'
    return f'<img src="/{name}.png" width="9" height="9"{text}>'


def before():
    return {
        "/": body([img("same", "A red kite"), img("fixed"), img("broken", "A tail"), img("reworded", NAUGHTY),
                   img("swap-1", "Swap"), img("dropped", "Dropped")], ["/old", "/moves", "/later", "/fails"]),
        "/old": body([img("old")]),
        "/moves": body([img("moves")]),
        "/later": body([img("later")]),
        "/fails": body([img("fails")]),
    }


def after():
    return {
        "/": body([img("same", "A red kite"), img("fixed", "A string"), img("broken"), img("reworded", "A line"),
                   img("swap-2", "Swap"), "No more", img("added", "Added")], ["/new", "/moves", "/later", "/fails"]),
        "/new": body([img("new"), img("new-2")]),
        "/moves": redirect("/later"),
        "/later": body([img("later")]),
        "/fails": error(403),
    }
