"""Pictures from real encoders, read by `imgcrawl inspect image` and by ImageMagick: the same type, size
and frames; and perceptual hashes that know a picture again however it was scaled and compressed."""
import base64
import hashlib
import json
import os
import subprocess

import pytest

IMGCRAWL = os.environ["IMGCRAWL"]
FORMATS = {"jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
           "avif": "image/avif", "heif": "image/heic", "bmp": "image/bmp", "ico": "image/x-icon"}


def make(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def ask(requests):
    """Requests as JSON lines, answered in order."""
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    result = subprocess.run([IMGCRAWL, "inspect", "image"], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def encoded(data):
    return base64.b64encode(data).decode()


def inspect(paths, **more):
    return dict(zip(paths, ask([{"data_b64": encoded(path.read_bytes()), **more} for path in paths])))


def identify(path, form="%w %h %n\n"):
    out = subprocess.run(["identify", "-format", form, str(path)], check=True, capture_output=True, text=True).stdout
    return [int(number) for number in out.splitlines()[0].split()]


def exif_jpeg(source, orientation):
    """The same JPEG with an Exif segment that turns it."""
    exif = (b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + orientation.to_bytes(2, "big")
            + bytes(2) + bytes(4))
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    return source[:2] + segment + source[2:]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Folder of one picture in every format and manner that the encoders know."""
    folder = tmp_path_factory.mktemp("pictures")
    png = folder / "plain.png"
    make("convert", "-size", "321x123", "-seed", "7", "plasma:red-blue", png)
    for name, *options in (("interlaced.png", "-interlace", "PNG"), ("palette.png", "-colors", "16"),
                           ("deep.png", "-depth", "16"), ("grey.png", "-colorspace", "Gray"),
                           ("plain.jpeg",), ("progressive.jpeg", "-interlace", "JPEG"),
                           ("cmyk.jpeg", "-colorspace", "CMYK"), ("grey.jpeg", "-colorspace", "Gray"),
                           ("plain.gif",), ("interlaced.gif", "-interlace", "GIF"), ("plain.bmp",),
                           ("bits8.bmp", "-colors", "200", "-type", "Palette", "-compress", "None"), ("old.bmp",)):
        target = f"BMP2:{folder / name}" if name == "old.bmp" else folder / name
        make("convert", png, *options, target)
    make("convert", png, "-resize", "64x64!", folder / "plain.ico")
    make("cwebp", "-quiet", png, "-o", folder / "lossy.webp")
    make("cwebp", "-quiet", "-lossless", png, "-o", folder / "lossless.webp")
    make("vips", "copy", png, folder / "vips.jpeg")
    make("vips", "copy", png, folder / "vips.webp")
    make("avifenc", "-s", "9", png, folder / "plain.avif")
    make("avifenc", "-s", "9", "-d", "10", "-y", "444", png, folder / "deep.avif")
    make("heif-enc", png, "-o", folder / "plain.heif")
    return folder


def test_types_and_sizes_are_those_that_imagemagick_sees(pictures):
    paths = sorted(pictures.iterdir())
    assert len(paths) > 18
    for path, answer in inspect(paths).items():
        kind = path.suffix[1:]
        size = identify(path)[:2] if kind not in ("avif", "heif") else [321, 123]
        assert [answer["width"], answer["height"]] == size, path.name
        assert (answer["type"], answer["mime_type"]) == (kind, FORMATS[kind]), path.name
        assert answer["animated"] is False and answer["bytes"] == path.stat().st_size
        assert answer["needed_bytes"] is None and "sha256" not in answer


def test_first_bytes_are_enough_or_tell_how_many_are(pictures):
    """From a beginning that is too short one step, or a few, lead to the size; no size is ever wrong."""
    for path in sorted(pictures.iterdir()):
        data = path.read_bytes()
        [expected] = ask([{"data_b64": encoded(data)}])
        have, steps = 16, 0
        while True:
            [answer] = ask([{"data_b64": encoded(data[:have])}])
            if answer["width"]:
                break
            assert answer["needed_bytes"] > have, path.name
            have, steps = min(answer["needed_bytes"], len(data)), steps + 1
            assert steps < 16, path.name
        assert (answer["width"], answer["height"]) == (expected["width"], expected["height"]), path.name
        assert have <= 8192, path.name


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_is_told_as_displayed(pictures, tmp_path, orientation):
    turned, shown = tmp_path / "turned.jpeg", tmp_path / "shown.png"
    turned.write_bytes(exif_jpeg((pictures / "plain.jpeg").read_bytes(), orientation))
    make("convert", turned, "-auto-orient", "-strip", shown)
    answers = inspect([turned, shown], whole=True)
    for member in ("width", "height"):
        assert answers[turned][member] == answers[shown][member]
    assert distance(answers[turned], answers[shown]) <= 4


def test_a_turned_avif_is_told_as_displayed(pictures, tmp_path):
    turned, shown = tmp_path / "turned.avif", tmp_path / "shown.png"
    make("avifenc", "-s", "9", "--irot", "1", pictures / "plain.png", turned)
    make("convert", pictures / "plain.png", "-rotate", "270", shown)
    answers = inspect([turned, shown], whole=True)
    assert [answers[turned]["width"], answers[turned]["height"]] == [123, 321]
    assert distance(answers[turned], answers[shown]) <= 4


def test_animations_are_told_from_stills(pictures, tmp_path):
    frames = [tmp_path / f"frame{i}.png" for i in range(3)]
    for i, frame in enumerate(frames):
        make("convert", pictures / "plain.png", "-rotate", str(180 * (i % 2)), "-modulate", str(100 + i), frame)
    moving = [tmp_path / name for name in ("loop.gif", "once.gif", "moving.webp", "moving.avif")]
    still = [tmp_path / "one.gif", pictures / "vips.webp", pictures / "plain.avif"]
    make("convert", *frames, "-loop", "0", moving[0])
    make("convert", *frames, "-loop", "1", moving[1])
    make("img2webp", "-loop", "0", "-d", "50", *frames, "-o", moving[2])
    make("avifenc", "-s", "9", *frames, moving[3])
    make("convert", frames[0], "-loop", "0", still[0])
    for path, answer in inspect(moving + still).items():
        assert answer["animated"] is (path in moving), path.name
    for path, answer in inspect(moving, whole=True).items():
        [first] = inspect([frames[0]], whole=True).values()
        assert distance(answer, first) <= 8, path.name


def test_svg_sizes_are_those_that_librsvg_draws(tmp_path):
    samples = ['width="120" height="80"', 'width="2in" height="1in"', 'viewBox="0 0 64 32"',
               'width="100" viewBox="0 0 64 32"', 'width="10mm" height="20mm" viewBox="0 0 1 1"']
    for i, attributes in enumerate(samples):
        svg, png = tmp_path / f"{i}.svg", tmp_path / f"{i}.png"
        svg.write_text(f'<?xml version="1.0"?>\n<!-- x --><svg xmlns="http://www.w3.org/2000/svg" {attributes}><g/></svg>')
        make("rsvg-convert", svg, "-o", png)
        answers = inspect([svg, png])
        assert answers[svg]["mime_type"] == "image/svg+xml"
        for member in ("width", "height"):
            assert abs(answers[svg][member] - answers[png][member]) <= 1, attributes


# --- hashes ---

def distance(one, other):
    return bin(int(one["perceptual_hash"], 16) ^ int(other["perceptual_hash"], 16)).count("1")


VARIANTS = {
    "half.png": ["-resize", "50%"], "quarter.png": ["-resize", "25%"], "poor.jpeg": ["-quality", "25"],
    "small.jpeg": ["-resize", "40%", "-quality", "60"], "grey.jpeg": ["-colorspace", "Gray"],
    "palette.gif": [], "interlaced.png": ["-interlace", "PNG"], "progressive.jpeg": ["-interlace", "JPEG"],
    "double.jpeg": ["-resize", "200%"], "plain.bmp": ["-type", "TrueColor"], "poor.webp": ["-quality", "40"],
}
SUBJECTS = {"rose:": [], "logo:": [], "wizard:": [], "plasma:fractal": ["-size", "400x300", "-seed", "1"],
            "plasma:green-white": ["-size", "300x400", "-seed", "5"]}


@pytest.fixture(scope="module")
def hashed(tmp_path_factory):
    """subject → [answers of the picture and of each variant of it]."""
    found = {}
    for number, (subject, options) in enumerate(SUBJECTS.items()):
        folder = tmp_path_factory.mktemp(f"subject{number}")
        original = folder / "original.png"
        make("convert", *options, subject, original)
        for name, change in VARIANTS.items():
            make("convert", original, *change, folder / name)
        make("avifenc", "-s", "9", "--min", "40", "--max", "50", original, folder / "poor.avif")
        found[subject] = inspect([original] + sorted(set(folder.iterdir()) - {original}), whole=True)
    return found


def test_a_picture_is_known_again(hashed):
    for subject, answers in hashed.items():
        original, *variants = answers
        assert len(variants) == len(VARIANTS) + 1
        far = {path.name: distance(answers[original], answers[path]) for path in variants}
        assert max(far.values()) <= 8, (subject, far)


def test_different_pictures_are_far_from_each_other(hashed):
    originals = [next(iter(answers.values())) for answers in hashed.values()]
    for i, one in enumerate(originals):
        for other in originals[:i]:
            assert distance(one, other) > 16


def test_whole_files_have_a_digest(pictures):
    path = pictures / "plain.heif"
    [answer] = inspect([path], whole=True).values()
    assert answer["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert answer["perceptual_hash"] is None  # HEVC is not decoded
    assert all(answer["perceptual_hash"] for path, answer in
               inspect([path for path in pictures.iterdir() if path.suffix not in (".heif", ".ico")
                        and path.name != "old.bmp"], whole=True).items())


# --- what is broken, and the command itself ---

def test_damaged_files_have_no_hash_and_do_no_harm(pictures):
    for path in sorted(pictures.iterdir()):
        data = path.read_bytes()
        broken = [data[:len(data) // 2], data[:40] + bytes(len(data) - 40), data + data]
        for answer in ask([{"data_b64": encoded(each), "whole": True} for each in broken]):
            assert answer["type"] == path.suffix[1:] and answer["sha256"]


def test_what_is_no_image_is_named():
    [page, nothing] = ask([{"data_b64": encoded(b"<!doctype html><p>Not found")}, {"data_b64": ""}])
    assert (page["type"], page["mime_type"], page["width"]) == (None, "text/html", None)
    assert nothing["type"] is None and nothing["bytes"] == 0
    [wrong] = ask([{"data_b64": "%"}])
    assert "base64" in wrong["error"]


def test_a_person_reads_the_same(pictures):
    path = pictures / "plain.png"
    result = subprocess.run([IMGCRAWL, "inspect", "image", str(path), "--whole"], capture_output=True, text=True, check=True)
    assert "image/png" in result.stdout and "321 × 123 px" in result.stdout
    assert hashlib.sha256(path.read_bytes()).hexdigest() in result.stdout
    result = subprocess.run([IMGCRAWL, "inspect", "image", str(path)], capture_output=True, text=True, check=True)
    assert "SHA-256" not in result.stdout
