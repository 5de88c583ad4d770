/* Text of a crawled site inside the markup of a report. What is no valid UTF-8, and what neither
 * HTML nor XML 1.0 may hold, becomes U+FFFD. Plain functions, any thread.
 */
#ifndef IMGCRAWL_SERVER_REPORT_TEXT_H
#define IMGCRAWL_SERVER_REPORT_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Escaped for text and for quoted attributes; NULL writes nothing. Longer than so many characters
 * it is cut, which "…" tells; 0: never. */
void report_put(FILE *out, const char *text, size_t most);
/* "2026-01-31 23:59 UTC" */
void report_put_time(FILE *out, int64_t epoch_ms);

#endif
