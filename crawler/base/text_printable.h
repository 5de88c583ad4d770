/* A header's value is any bytes; database, API and log hold text. */
#ifndef IMGCRAWL_TEXT_PRINTABLE_H
#define IMGCRAWL_TEXT_PRINTABLE_H

/* A copy in which whatever is not printable ASCII is a question mark; to be freed. */
char *text_printable(const char *text);

#endif
