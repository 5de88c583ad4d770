/* See report_cites.h. */
#include "server/report_cites.h"

#include <string.h>

/* In the order in which they are looked for. */
static const struct {
    const char *cited, *address;
} standards[] = {
    {"SC 1.1.1", "https://www.w3.org/WAI/WCAG22/Understanding/non-text-content"},
    {"SC 1.4.5", "https://www.w3.org/WAI/WCAG22/Understanding/images-of-text"},
    {"SC 2.4.4", "https://www.w3.org/WAI/WCAG22/Understanding/link-purpose-in-context"},
    {"SC 4.1.2", "https://www.w3.org/WAI/WCAG22/Understanding/name-role-value"},
    {"Mixed Content", "https://www.w3.org/TR/mixed-content/"},
    {"RFC 9110", "https://www.rfc-editor.org/rfc/rfc9110"},
    {"lazy loading attributes",
     "https://html.spec.whatwg.org/multipage/urls-and-fetching.html#lazy-loading-attributes"},
    {"dimension attributes",
     "https://html.spec.whatwg.org/multipage/embedded-content-other.html#dimension-attributes"},
    {"HTML Standard", "https://html.spec.whatwg.org/multipage/images.html"},
    {"MIME Sniffing", "https://mimesniff.spec.whatwg.org/"},
};

const char *report_cites_address(const char *cites)
{
    for (size_t i = 0; i < sizeof standards / sizeof standards[0]; i++)
        if (strstr(cites, standards[i].cited))
            return standards[i].address;
    return "https://www.w3.org/TR/WCAG22/";
}
