/* What rules find once an image was asked for. See audit_predicates.h. */
#include <string.h>
#include <strings.h>

#include "crawler/audit/audit_predicates.h"

enum {
    HEAVY_BYTES = 1000000, /* too many wherever it is shown */
    CONSIDERABLE_BYTES = 100000,
    BYTES_A_PIXEL =
        2, /* of what is shown: half a byte for each pixel of a screen of double density */
    DENSITY = 2
};

static bool is(const char *text, const char *word)
{
    return text && strcasecmp(text, word) == 0;
}

static bool starts(const char *text, const char *prefix)
{
    return text && strncasecmp(text, prefix, strlen(prefix)) == 0;
}

bool audit_is_blocked(const struct audit_subject *subject)
{
    const struct audit_probe *probe = subject->probe;
    return probe && (probe->status == 401 || probe->status == 403 || probe->status == 429 ||
                     is(probe->outcome, "http_429") || is(probe->outcome, "challenge") ||
                     is(probe->outcome, "address_blocked") || starts(probe->outcome, "robots"));
}

/* What was not asked for, by a rule of ours, is not broken. */
bool audit_is_broken(const struct audit_subject *subject)
{
    const struct audit_probe *probe = subject->probe;
    if (!probe || audit_is_blocked(subject) || is(probe->state, "skipped") ||
        is(probe->state, "queued"))
        return false;
    if (is(probe->outcome, "internal_error") || is(probe->outcome, "body_too_large") ||
        starts(probe->outcome, "parse_"))
        return false;
    bool is_empty = is(probe->outcome, "ok") && (!probe->type || !*probe->type);
    return probe->status >= 400 || is(probe->state, "failed") || is_empty;
}

static bool was_answered(const struct audit_subject *subject)
{
    const struct audit_probe *probe = subject->probe;
    return probe && (probe->status == 0 || probe->status < 400) && !is(probe->state, "failed") &&
           !is(probe->state, "queued");
}

bool audit_is_redirected(const struct audit_subject *subject)
{
    return subject->probe && subject->probe->final_url &&
           !audit_equals(subject->image->url, subject->probe->final_url);
}

bool audit_is_html_as_image(const struct audit_subject *subject)
{
    const struct audit_probe *probe = subject->probe;
    if (!was_answered(subject))
        return false;
    if (probe->type)
        return is(probe->type, "text/html") || is(probe->type, "application/xhtml+xml");
    return starts(probe->declared_type, "text/html");
}

/* A type in the form in which they are compared: some have several names. */
static const char *canonical_type(const char *type)
{
    static const char *const names[][2] = {
        {"image/jpg", "image/jpeg"},           {"image/pjpeg", "image/jpeg"},
        {"image/apng", "image/png"},           {"image/vnd.microsoft.icon", "image/x-icon"},
        {"image/x-ms-bmp", "image/bmp"},       {"image/heic", "image/heif"},
        {"image/heic-sequence", "image/heif"}, {"image/avif-sequence", "image/avif"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t bytes = strlen(names[i][0]);
        if (starts(type, names[i][0]) && strchr("; ", type[bytes]))
            return names[i][1];
    }
    return type;
}

static bool is_type(const char *type, const char *other)
{
    const char *a = canonical_type(type), *b = canonical_type(other);
    size_t bytes = strcspn(a, "; ");
    return bytes == strcspn(b, "; ") && strncasecmp(a, b, bytes) == 0;
}

/* By its bytes. What is no image at all is told by other rules. */
bool audit_is_wrong_type(const struct audit_subject *subject)
{
    const struct audit_probe *probe = subject->probe;
    if (!was_answered(subject) || !starts(probe->type, "image/"))
        return false;
    const char *expected =
        audit_type_of_extension(audit_extension(audit_file_name(subject->image->url)));
    return (expected && !is_type(expected, probe->type)) ||
           (probe->declared_type && *probe->declared_type &&
            !is_type(probe->declared_type, probe->type));
}

/* Only where it is sure which size this file is shown at: candidates of srcset are for others. */
static bool has_known_size(const struct audit_subject *subject)
{
    return (subject->source == IMAGE_SOURCE_IMG || subject->source == IMAGE_SOURCE_LAZY_SRC) &&
           !(subject->image->flags & IMAGE_PLACEHOLDER);
}

bool audit_is_oversized_bytes(const struct audit_subject *subject)
{
    if (!was_answered(subject) || !audit_is_loaded(subject->source))
        return false;
    int64_t bytes = subject->probe->bytes;
    int64_t width = audit_dimension(subject->image->width),
            height = audit_dimension(subject->image->height);
    bool is_small = has_known_size(subject) && width > 0 && height > 0;
    return bytes > HEAVY_BYTES ||
           (is_small && bytes > CONSIDERABLE_BYTES && bytes > width * height * BYTES_A_PIXEL);
}

bool audit_is_oversized_pixels(const struct audit_subject *subject)
{
    if (!was_answered(subject) || !has_known_size(subject) ||
        is(subject->probe->type, "image/svg+xml"))
        return false;
    int64_t width = audit_dimension(subject->image->width),
            height = audit_dimension(subject->image->height);
    bool wider = width > 0 && subject->probe->width > width * DENSITY;
    bool higher = height > 0 && subject->probe->height > height * DENSITY;
    return (wider || higher) && (width == 0 || wider) && (height == 0 || higher);
}
