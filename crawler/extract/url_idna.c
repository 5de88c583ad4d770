/* IDNA through libidn2: UTS #46, non-transitional, without STD3 rules, as the URL Standard asks.
 *
 * libidn2 allocates; only names with bytes past ASCII come here (URL Standard section 3.3: an ASCII
 * domain is never refused for its xn-- labels). It is stricter than the standard about labels that
 * begin or end with a hyphen or have two in the third and fourth place, labels past 63 bytes and
 * names past 255: those are refused here too, which no registered name meets.
 */
#include "crawler/extract/url_idna.h"

#include <stdbool.h>
#include <string.h>

#include <idn2.h>

enum { DOMAIN_MAX_BYTES = 2048 }; /* of UTF-8; the longest valid names are far shorter */

/* Whether name has a character that transitional processing would map to something else: sharp s in
 * both cases, final sigma, the two zero-width joiners. */
static bool has_deviation(const char *name)
{
    static const char *const deviations[] = {"\u00df", "\u1e9e", "\u03c2", "\u200c", "\u200d"};
    for (size_t i = 0; i < sizeof deviations / sizeof deviations[0]; i++)
        if (strstr(name, deviations[i]))
            return true;
    return false;
}

/* In non-transitional mode libidn2 also refuses what IDNA2008 disallows and UTS #46 does not (emoji
 * and other symbols); its transitional mode does not, and differs only in the deviations. */
static char *to_ascii(const char *name)
{
    char *ascii = NULL;
    int status = idn2_to_ascii_8z(name, &ascii, IDN2_NONTRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP);
    if (status == IDN2_DISALLOWED && !has_deviation(name))
        status = idn2_to_ascii_8z(name, &ascii, IDN2_TRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP);
    return status == IDN2_OK ? ascii : NULL;
}

size_t url_idna_to_ascii(const char *domain, size_t bytes, char *ret_text, size_t capacity)
{
    char name[DOMAIN_MAX_BYTES + 1];
    if (bytes > DOMAIN_MAX_BYTES)
        return 0;
    memcpy(name, domain, bytes);
    name[bytes] = '\0';
    char *ascii = to_ascii(name);
    if (!ascii)
        return 0;
    size_t length = strlen(ascii);
    if (length > capacity)
        length = 0;
    memcpy(ret_text, ascii, length);
    idn2_free(ascii);
    return length;
}
