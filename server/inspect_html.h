/* `imgcrawl inspect html`: what extraction sees in a page, as JSON or for a person to read. Runs
 * the extraction in this process, on what the user gave. Main thread. */
#ifndef IMGCRAWL_SERVER_INSPECT_HTML_H
#define IMGCRAWL_SERVER_INSPECT_HTML_H

#include <jansson.h>

/* {"html" or "html_b64", "base", "content_type"} → {"title", "images": […], "links": […], …}, or
 * {"error": …}. "html" is text already: no charset is looked for in it. A new reference. */
json_t *inspect_html(const json_t *request);

/* [FILE] [--base URL]; argv[0] is "html". Without a FILE, JSON lines. Returns the exit status: 0, 1
 * (could not be read), 2 (usage). */
int inspect_html_main(int argc, char **argv);

#endif
