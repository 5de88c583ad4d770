/* robots.txt by RFC 9309: reading a file into the rules that count for one crawler, and matching.
 *
 * robots_txt_parse() reads untrusted bytes and so runs in a parse process; what it gives is a flat
 * text form, "rules", that travels back, is kept in the database, and is matched in the crawler by
 * robots_rules_match(). One rule a line:
 *     allow LINE PATTERN | disallow LINE PATTERN | delay LINE MILLISECONDS | sitemap LINE URL
 * where LINE is the rule's line number in robots.txt (1-based) and PATTERN is percent-normalised.
 */
#ifndef IMGCRAWL_EXTRACT_ROBOTS_TXT_H
#define IMGCRAWL_EXTRACT_ROBOTS_TXT_H

#include <stdbool.h>
#include <stddef.h>

enum { ROBOTS_TXT_MAX_BYTES = 512 * 1024, ROBOTS_RULES_MAX_BYTES = 1024 * 1024 };

/* agents: the product tokens we answer to, most specific first ("imgcrawl"). Groups for the same
 * agent are merged (RFC 9309 §2.2.1). Writes the rules to ret_rules (NUL-ended); returns their
 * bytes, at most capacity - 1; rules that do not fit are left out from the end. */
size_t robots_txt_parse(const char *text, size_t bytes, const char *const *agents,
                        size_t agent_count, char *ret_rules, size_t capacity);

struct robots_decision {
    bool allowed;
    unsigned line;  /* of the rule that decided; 0: none matched, so allowed */
    char rule[256]; /* "Disallow: /private*" cut to fit; "" where none */
};

/* Longest match wins, Allow wins a tie (§2.2.2); /robots.txt itself is always allowed. What
 * wildcards may cost is bounded: a URL for which that does not suffice counts as disallowed, the
 * rule says so and the line is the one that was reached. path: path and query of a canonical URL.
 */
void robots_rules_match(const char *rules, const char *path, size_t path_bytes,
                        struct robots_decision *ret_decision);
/* The longest Crawl-delay in milliseconds, at most a day; -1 where there is none. */
long robots_rules_delay_ms(const char *rules);

#endif
