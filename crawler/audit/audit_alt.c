/* What rules find in the text alternative. See audit_predicates.h. */
#include <ctype.h>
#include <string.h>

#include "crawler/audit/audit_generic_words.h"
#include "crawler/audit/audit_predicates.h"
#include "crawler/extract/text_fold.h"

enum { MAX_ALT_CHARACTERS = 150, GENERIC_BYTES = 96, MANY_DIGITS = 3, MANY_HYPHENS = 2 };

static bool has_state(const struct audit_subject *subject, const char *state)
{
    return strcmp(subject->image->alt_state, state) == 0;
}

static bool is_named(const struct audit_subject *subject)
{
    return subject->image->name.data && subject->image->name.bytes > 0;
}

static bool is_hidden(const struct audit_subject *subject)
{
    return subject->image->flags & (IMAGE_ARIA_HIDDEN | IMAGE_PRESENTATIONAL);
}

static bool fills_link(const struct audit_subject *subject)
{
    return subject->image->flags & IMAGE_LINK_ONLY;
}

/* An element with an alt, once. */
static bool is_element(const struct audit_subject *subject)
{
    return subject->is_first && audit_has_alt(subject->source);
}

/* The alt is what a screen reader says: nothing stands above it. */
static bool has_speaking_alt(const struct audit_subject *subject)
{
    const char *name_source = subject->image->name_source;
    return is_element(subject) && has_state(subject, "text") && subject->image->alt.data &&
           !(name_source && strncmp(name_source, "aria-", strlen("aria-")) == 0);
}

bool audit_is_alt_missing(const struct audit_subject *subject)
{
    return is_element(subject) && has_state(subject, "missing") && !is_named(subject) &&
           (!is_hidden(subject) || fills_link(subject));
}

/* An svg has no alt: without a name it says as little. */
bool audit_is_alt_empty_in_link(const struct audit_subject *subject)
{
    bool says_nothing = has_state(subject, "empty") || has_state(subject, "whitespace");
    if (subject->source == IMAGE_SOURCE_SVG && subject->is_first)
        return fills_link(subject) && !is_named(subject);
    return is_element(subject) && says_nothing && fills_link(subject) && !is_named(subject);
}

bool audit_is_alt_whitespace(const struct audit_subject *subject)
{
    return is_element(subject) && has_state(subject, "whitespace") && !is_named(subject) &&
           !(subject->image->flags & IMAGE_ARIA_HIDDEN);
}

/* What sets the image apart is its alt; where another image of the job has the same, it does not.
 * One that says nothing is found by other rules. */
bool audit_is_alt_repeated(const struct audit_subject *subject)
{
    return subject->is_repeated && has_speaking_alt(subject) && !audit_is_alt_generic(subject) &&
           !audit_is_alt_filename(subject);
}

static size_t characters(struct store_text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.bytes; i++)
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return count;
}

bool audit_is_alt_too_long(const struct audit_subject *subject)
{
    return has_speaking_alt(subject) && characters(subject->image->alt) > MAX_ALT_CHARACTERS;
}

bool audit_is_decorative(const struct audit_subject *subject)
{
    bool is_marked = (has_state(subject, "empty") && !is_named(subject)) || is_hidden(subject);
    bool can_be = is_element(subject) || (subject->source == IMAGE_SOURCE_SVG && subject->is_first);
    return can_be && is_marked && !fills_link(subject);
}

/* --- generic words ------------------------------------------------------------------------- */

static struct store_text trimmed(struct store_text text, const char *drop)
{
    while (text.bytes > 0 && strchr(drop, text.data[text.bytes - 1]))
        text.bytes--;
    while (text.bytes > 0 && strchr(drop, *text.data)) {
        text.data++;
        text.bytes--;
    }
    return text;
}

/* "Image 3", "[Foto]" and "logo." are as generic as the word itself. */
bool audit_is_alt_generic(const struct audit_subject *subject)
{
    char copy[GENERIC_BYTES], folded[GENERIC_BYTES];
    struct store_text alt = subject->image->alt;
    if (!has_speaking_alt(subject) || alt.bytes >= sizeof copy)
        return false;
    memcpy(copy, alt.data, alt.bytes);
    copy[alt.bytes] = '\0';
    struct store_text word = {folded, text_fold(copy, folded, sizeof folded)};
    word = trimmed(word, " .,:;!?()[]{}<>'\"-_#*/|0123456789");
    return word.bytes > 0 && audit_is_generic_word(word.data, word.bytes);
}

/* --- file names ---------------------------------------------------------------------------- */

/* As cameras, telephones and image editors name files, a digit behind it. */
static bool is_camera_name(struct store_text alt)
{
    static const char *const prefixes[] = {"img_",
                                           "img-",
                                           "dsc_",
                                           "dsc-",
                                           "dsc0",
                                           "dscn",
                                           "dscf",
                                           "pxl_",
                                           "mvimg_",
                                           "screenshot_",
                                           "screenshot-",
                                           "untitled-",
                                           "image_",
                                           "image-",
                                           "photo_",
                                           "unnamed-",
                                           "download-",
                                           "csm_",
                                           "whatsapp image ",
                                           "screenshot ",
                                           "screen shot "};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t bytes = strlen(prefixes[i]);
        if (audit_starts_with(alt, prefixes[i]) && alt.bytes > bytes &&
            isdigit((unsigned char)alt.data[bytes]))
            return true;
    }
    return false;
}

/* Not a word that the file was named by: "kitten" for kitten.jpg is fine, "hero-banner-2" is not.
 */
static bool looks_made_for_files(struct store_text stem)
{
    unsigned digits = 0, hyphens = 0, underscores = 0;
    for (size_t i = 0; i < stem.bytes; i++) {
        if (stem.data[i] == ' ')
            return false;
        digits += isdigit((unsigned char)stem.data[i]) != 0;
        hyphens += stem.data[i] == '-';
        underscores += stem.data[i] == '_';
    }
    return digits >= MANY_DIGITS || hyphens >= MANY_HYPHENS || underscores > 0;
}

static bool is_stem_of(struct store_text alt, struct store_text url)
{
    struct store_text name = audit_file_name(url), extension = audit_extension(name);
    if (!name.data)
        return false;
    size_t bytes = extension.data ? name.bytes - extension.bytes - 1 : name.bytes;
    return alt.bytes == bytes && strncasecmp(alt.data, name.data, bytes) == 0 &&
           looks_made_for_files(alt);
}

bool audit_is_alt_filename(const struct audit_subject *subject)
{
    if (!has_speaking_alt(subject))
        return false;
    struct store_text alt = trimmed(subject->image->alt, " \t\n\r\f\"'");
    struct store_text extension = audit_extension(alt);
    bool has_extension = extension.bytes > 0 && extension.bytes + 1 < alt.bytes &&
                         audit_type_of_extension(extension);
    return has_extension || is_camera_name(alt) || is_stem_of(alt, subject->image->url);
}
