/* See audit_rules.h. */
#include "crawler/audit/audit_rules.h"

#include <errno.h>
#include <string.h>

#include "crawler/audit/audit_predicates.h"

static const struct audit_rule rules[] = {
    [AUDIT_ALT_MISSING] = {"alt_missing", "An image has no alt attribute",
                           "WCAG 2.2 SC 1.1.1 (F65, H37, H36); HTML Standard 4.8.4.4",
                           "Add an alt that says what the image tells; alt=\"\" if it only "
                           "decorates.",
                           AUDIT_ERROR, AUDIT_MARKUP, audit_is_alt_missing},
    [AUDIT_ALT_EMPTY_IN_LINK] = {"alt_empty_in_link",
                                 "A link or button holds nothing but an image without a text",
                                 "WCAG 2.2 SC 1.1.1, 2.4.4, 4.1.2 (F89, H30); HTML Standard "
                                 "4.8.4.4.2, a link or button containing nothing but the image",
                                 "Say in the alt where the link leads, or what the button does.",
                                 AUDIT_ERROR, AUDIT_MARKUP, audit_is_alt_empty_in_link},
    [AUDIT_ALT_WHITESPACE] = {"alt_whitespace", "An alt consists of white space",
                              "WCAG 2.2 SC 1.1.1 (F39, H67); HTML Standard 4.8.4.4",
                              "Write alt=\"\" if the image only decorates, a text if it does not.",
                              AUDIT_WARNING, AUDIT_MARKUP, audit_is_alt_whitespace},
    [AUDIT_ALT_FILENAME] = {"alt_filename", "An alt is the name of a file",
                            "WCAG 2.2 SC 1.1.1 (F30)",
                            "Replace the file name by what the image tells.", AUDIT_WARNING,
                            AUDIT_MARKUP, audit_is_alt_filename},
    [AUDIT_ALT_GENERIC] = {"alt_generic", "An alt says no more than that it is an image",
                           "WCAG 2.2 SC 1.1.1 (F30, G94)",
                           "Say what is to be seen, or whose logo it is.", AUDIT_WARNING,
                           AUDIT_MARKUP, audit_is_alt_generic},
    [AUDIT_ALT_REPEATED] = {"alt_repeated", "Different images have the same alt",
                            "WCAG 2.2 SC 1.1.1 (G94)",
                            "Say in each alt what sets this image apart.", AUDIT_NOTICE, AUDIT_JOB,
                            audit_is_alt_repeated},
    [AUDIT_ALT_TOO_LONG] = {"alt_too_long", "An alt is longer than 150 characters",
                            "WCAG 2.2 SC 1.1.1 (G92, G94); HTML Standard 4.8.4.4.1",
                            "Shorten it to what matters; put the long description into the page.",
                            AUDIT_NOTICE, AUDIT_MARKUP, audit_is_alt_too_long},
    [AUDIT_DECORATIVE] = {"decorative", "A decorative image is marked as such",
                          "WCAG 2.2 SC 1.1.1 (H67); HTML Standard 4.8.4.4.8, a purely decorative "
                          "image",
                          "Nothing.", AUDIT_GOOD, AUDIT_MARKUP, audit_is_decorative},
    [AUDIT_BROKEN] = {"broken", "An image cannot be loaded",
                      "RFC 9110 section 15; HTML Standard 4.8.4.3, broken images",
                      "Correct the URL or bring the file back.", AUDIT_ERROR, AUDIT_PROBE,
                      audit_is_broken},
    [AUDIT_BLOCKED] = {"blocked", "An image was refused to the crawler",
                       "RFC 9110 sections 15.5.2, 15.5.4; RFC 6585 section 4; RFC 9309",
                       "Look whether visitors get it; if so, allow it to crawlers that are to see "
                       "it.",
                       AUDIT_NOTICE, AUDIT_PROBE, audit_is_blocked},
    [AUDIT_REDIRECTED] = {"redirected", "An image is behind a redirect", "RFC 9110 section 15.4",
                          "Name the final URL, which saves a round trip.", AUDIT_NOTICE,
                          AUDIT_PROBE, audit_is_redirected},
    [AUDIT_HTML_AS_IMAGE] = {"html_as_image", "The URL of an image answers with a page",
                             "HTML Standard 4.8.4.3; MIME Sniffing Standard section 7",
                             "Correct the URL; let what is missing answer 404.", AUDIT_ERROR,
                             AUDIT_PROBE, audit_is_html_as_image},
    [AUDIT_WRONG_TYPE] = {"wrong_type", "An image is of another type than it is said to be",
                          "RFC 9110 section 8.3; MIME Sniffing Standard section 6.1",
                          "Rename or convert the file, and send the Content-Type that fits.",
                          AUDIT_NOTICE, AUDIT_PROBE, audit_is_wrong_type},
    [AUDIT_MIXED_CONTENT] = {"mixed_content", "A page on https shows an image from http",
                             "Mixed Content (W3C), sections 3.1 and 4.1",
                             "Name the image by https.", AUDIT_WARNING, AUDIT_MARKUP,
                             audit_is_mixed_content},
    [AUDIT_OVERSIZED_BYTES] = {"oversized_bytes", "An image has far more bytes than it needs",
                               "HTML Standard 4.8.4.2.1, responsive images",
                               "Scale it to the size at which it is shown; compress it, or use "
                               "AVIF or WebP.",
                               AUDIT_WARNING, AUDIT_PROBE, audit_is_oversized_bytes},
    [AUDIT_OVERSIZED_PIXELS] = {"oversized_pixels",
                                "An image has more than twice the pixels a side that are shown",
                                "HTML Standard 4.8.4.2.1, responsive images",
                                "Offer smaller ones in srcset, with sizes.", AUDIT_NOTICE,
                                AUDIT_PROBE, audit_is_oversized_pixels},
    [AUDIT_DIMENSIONS_MISSING] = {"dimensions_missing", "An img lacks width or height",
                                  "HTML Standard 4.8.17, dimension attributes, and 15.4.3, "
                                  "attributes for embedded content and images",
                                  "Give both, so that the page does not jump when it arrives.",
                                  AUDIT_NOTICE, AUDIT_MARKUP, audit_is_dimensions_missing},
    [AUDIT_NOT_LAZY] = {"not_lazy", "An image far down the page is loaded at once",
                        "HTML Standard 2.5.7, lazy loading attributes",
                        "Add loading=\"lazy\" where it is below the first screen.", AUDIT_NOTICE,
                        AUDIT_MARKUP, audit_is_not_lazy},
    [AUDIT_PLACEHOLDER_ONLY] = {"placeholder_only",
                                "An img holds a placeholder, and nothing that replaces it",
                                "WCAG 2.2 SC 1.1.1; HTML Standard 4.8.3, the img element",
                                "Name the real image in src, with loading=\"lazy\".", AUDIT_WARNING,
                                AUDIT_MARKUP, audit_is_placeholder_only},
};
_Static_assert(sizeof rules / sizeof *rules == AUDIT_RULE_COUNT, "a row for each rule");
_Static_assert(AUDIT_RULE_COUNT < 64, "a bit for each rule, and a sign");

const char *audit_severity_name(enum audit_severity severity)
{
    static const char *const names[] = {[AUDIT_GOOD] = "good",
                                        [AUDIT_NOTICE] = "notice",
                                        [AUDIT_WARNING] = "warning",
                                        [AUDIT_ERROR] = "error"};
    _Static_assert(sizeof names / sizeof *names == AUDIT_SEVERITY_COUNT, "each has its name");
    return names[severity];
}

const struct audit_rule *audit_rule(enum audit_rule_id id)
{
    return &rules[id];
}

int audit_rule_parse(const char *name, enum audit_rule_id *ret_id)
{
    for (int i = 0; i < AUDIT_RULE_COUNT; i++) {
        if (strcmp(rules[i].name, name) == 0) {
            *ret_id = (enum audit_rule_id)i;
            return 0;
        }
    }
    return -ENOENT;
}

uint64_t audit_mask_of_need(enum audit_need need)
{
    uint64_t mask = 0;
    for (int i = 0; i < AUDIT_RULE_COUNT; i++)
        mask |= rules[i].needs == need ? audit_bit((enum audit_rule_id)i) : 0;
    return mask;
}

uint64_t audit_mask_of_severity(enum audit_severity severity)
{
    uint64_t mask = 0;
    for (int i = 0; i < AUDIT_RULE_COUNT; i++)
        mask |= rules[i].severity == severity ? audit_bit((enum audit_rule_id)i) : 0;
    return mask;
}

uint64_t audit_judge(const struct audit_subject *subject, enum audit_need need)
{
    uint64_t verdicts = 0;
    for (int i = 0; i < AUDIT_RULE_COUNT; i++) {
        if (rules[i].needs == need && rules[i].applies(subject))
            verdicts |= audit_bit((enum audit_rule_id)i);
    }
    return verdicts;
}

/* The lazy placeholder's real image often stands in a noscript behind it. */
static bool is_alone(const struct store_image *images, size_t count, size_t i)
{
    if (i > 0 && images[i - 1].position == images[i].position)
        return false;
    return i + 1 == count || (images[i + 1].position != images[i].position &&
                              !(images[i + 1].flags & IMAGE_NOSCRIPT));
}

void audit_judge_page(struct store_image *images, const enum image_source *sources, size_t count,
                      bool page_is_https)
{
    for (size_t i = 0; i < count; i++) {
        const struct audit_subject subject = {
            .image = &images[i],
            .source = sources[i],
            .page_is_https = page_is_https,
            .is_first = i == 0 || images[i - 1].position != images[i].position,
            .is_alone = is_alone(images, count, i),
        };
        images[i].verdicts = audit_judge(&subject, AUDIT_MARKUP);
    }
}
