#!/bin/sh
# Installs the Debian packages that a purpose needs and that are missing.
#   install-packages.sh PURPOSE...     build, test or lint
# Says first what is missing and what for. On a system without apt it prints the names and stops.
set -eu

packages() {
    case $1 in
    build) cat <<'LIST'
gcc                     C compiler
libc6-dev               C library
pkg-config              finds the libraries
libcurl4-openssl-dev    fetching over HTTP/1.1 and HTTP/2
libmicrohttpd-dev       the API's HTTP server
libsqlite3-dev          the job files
libgumbo-dev            HTML parser
libexpat1-dev           XML parser, for sitemaps
libzstd-dev             compression of Parquet files
zlib1g-dev              gzip, for sitemaps
libev-dev               event loop
libjansson-dev          JSON
libinih-dev             the configuration file
libxxhash-dev           fingerprints of URLs
libc-ares-dev           looking up host names on the event loop
libpcre2-dev            regular expressions in include and exclude
libjpeg62-turbo-dev     perceptual hashes of images
libpng-dev              perceptual hashes of images
libgif-dev              perceptual hashes of images
libwebp-dev             perceptual hashes of images
libdav1d-dev            perceptual hashes of images (AVIF)
nettle-dev              SHA-256 of images
libidn2-dev             international host names
libpsl-dev              registrable domains (public suffix list)
libseccomp-dev          sandbox of the parse processes
libsystemd-dev          readiness and watchdog under systemd
ca-certificates         certificate authorities for https
curl                    the commands of the tour
LIST
        ;;
    test) cat <<'LIST'
clang                   second compiler; fuzzers
libclang-rt-14-dev      sanitizers and libFuzzer for clang
libcmocka-dev           unit tests
python3                 end-to-end tests
python3-pytest          end-to-end tests
python3-html5lib        independent count of images and links
python3-lxml            independent count of images and links
python3-zstandard       independent reader of Parquet files
python3-venv            room for libraries that read Parquet files
python3-selenium        tests of the web UI
chromium                tests of the web UI
chromium-driver         tests of the web UI
nginx-light             serves the test corpus
openssl                 certificates for the TLS tests
sqlite3                 looks into job files in tests
procps                  looks at processes in tests
imagemagick             test pictures, and a second opinion of them
webp                    test pictures
libavif-bin             test pictures
libheif-examples        test pictures
libvips-tools           test pictures
librsvg2-bin            a second opinion of SVG
LIST
        ;;
    lint) cat <<'LIST'
clang-format-14         layout of the code
clang-tidy-14           static analysis
cppcheck                static analysis
LIST
        ;;
    *) echo "install-packages.sh: unknown purpose '$1'; known: build test lint" >&2; exit 2 ;;
    esac
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

wanted=
for purpose; do
    wanted="$wanted$(packages "$purpose")
"
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    command -v pkg-config >/dev/null && [ -n "${IMGCRAWL_SKIP_PACKAGES:-}" ] && exit 0
    echo "This is no Debian system. imgcrawl needs what Debian calls:"
    printf '%s' "$wanted" | sed 's/^/  /'
    echo "Install their equivalents, then run make again with IMGCRAWL_SKIP_PACKAGES=1."
    exit 1
fi

missing=
listing=
while read -r package use; do
    [ -n "$package" ] || continue
    is_installed "$package" && continue
    missing="$missing $package"
    listing="$listing$(printf '  %-22s  %s' "$package" "$use")
"
done <<LIST
$wanted
LIST
[ -n "$missing" ] || exit 0

echo "Missing packages:"
printf '%s' "$listing"

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "Neither root nor sudo: run  apt-get install$missing  as root, then make again." >&2
        exit 1
    }
    as_root="sudo${CI:+ -n}"
fi
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
}
echo "Installing them with apt-get."
apt update
# shellcheck disable=SC2086 # a list of names
apt install -y --no-install-recommends $missing
