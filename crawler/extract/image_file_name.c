/* See image_file_name.h. Runs in a parse process. */
#include "crawler/extract/image_file_name.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct slice {
    const char *text;
    size_t bytes;
};

/* What follows the last slash of the path; nothing where there is no path. */
static struct slice last_segment(const char *reference, size_t bytes)
{
    const char *scheme = memmem(reference, bytes, "//", 2);
    size_t end = 0;
    while (end < bytes && reference[end] != '?' && reference[end] != '#')
        end++;
    size_t start = end;
    while (start && reference[start - 1] != '/')
        start--;
    if (scheme && scheme < reference + end && reference + start == scheme + 2)
        return (struct slice){reference + end, 0};
    return (struct slice){reference + start, end - start};
}

static struct slice extension_of(struct slice name)
{
    size_t start = name.bytes;
    while (start && name.text[start - 1] != '.')
        start--;
    return start > 1 ? (struct slice){name.text + start, name.bytes - start} : (struct slice){0};
}

static bool is_one_of(struct slice word, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (word.bytes == strlen(names[i]) && !strncasecmp(word.text, names[i], word.bytes))
            return true;
    return false;
}

static bool names_a_page(struct slice name)
{
    return memchr(name.text, ':', name.bytes) || memmem(name.text, name.bytes, "%3A", 3) ||
           memmem(name.text, name.bytes, "%3a", 3);
}

bool image_file_name(const char *reference, size_t bytes)
{
    static const char *const extensions[] = {"jpg",  "jpeg", "png",  "gif", "webp", "avif",
                                             "svg",  "svgz", "bmp",  "ico", "apng", "jpe",
                                             "jfif", "heic", "heif", "tif", "tiff", "jxl"};
    struct slice name = last_segment(reference, bytes);
    struct slice extension = extension_of(name);
    return extension.bytes && !names_a_page(name) &&
           is_one_of(extension, extensions, sizeof extensions / sizeof *extensions);
}

/* The words of a name are told apart by whatever is no letter and no digit. */
static struct slice next_word(struct slice *rest)
{
    while (rest->bytes && !isalnum((unsigned char)*rest->text)) {
        rest->text++;
        rest->bytes--;
    }
    struct slice word = {.text = rest->text};
    while (word.bytes < rest->bytes && isalnum((unsigned char)word.text[word.bytes]))
        word.bytes++;
    rest->text += word.bytes;
    rest->bytes -= word.bytes;
    return word;
}

/* Words that no name of a picture has by chance, and words that must be all there is. */
static bool is_placeholder_word(struct slice word)
{
    static const char *const words[] = {
        "blank",    "spacer",    "placeholder", "placehold", "1x1",        "1px",    "pixeltrans",
        "lazyload", "preloader", "spinner",     "fakeimg",   "ajaxloader", "noimage"};
    return is_one_of(word, words, sizeof words / sizeof *words);
}

static bool is_empty_word(struct slice word)
{
    static const char *const words[] = {"pixel", "loading", "loader", "transparent", "lazy",
                                        "dummy", "empty",   "clear",  "trans",       "grey",
                                        "gray",  "white",   "gif",    "img",         "image"};
    return is_one_of(word, words, sizeof words / sizeof *words);
}

bool image_file_name_is_placeholder(const char *reference, size_t bytes)
{
    struct slice name = last_segment(reference, bytes);
    struct slice extension = extension_of(name);
    if (extension.bytes)
        name.bytes -= extension.bytes + 1;
    bool is_empty = name.bytes > 0;
    while (name.bytes) {
        struct slice word = next_word(&name);
        if (is_placeholder_word(word))
            return true;
        is_empty &= !word.bytes || is_empty_word(word);
    }
    return is_empty;
}
