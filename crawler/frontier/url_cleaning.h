/* URL cleaning: query parameters and path parts that make one page appear under many URLs are taken
 * out, as far as a job's settings ask for it. The canonical form of a URL (extract/url.h) is what
 * the WHATWG parser gives, without credentials and fragment; cleaning is the one step behind it:
 *
 *   remove_tracking     parameters that only tell where a visitor came from (utm_*, gclid …)
 *   remove_session_ids  parameters and path parts that carry a session (;jsessionid=, PHPSESSID,
 *                       /(S(…))/ …); where the name is an ordinary word, only with a value that
 *                       looks drawn by lot
 *   remove_parameters   names of parameters as globs; case counts, as written in the URL
 *
 * What stays keeps its order and its bytes: nothing is decoded, encoded or sorted. A '?' behind
 * which nothing is left goes too. Pure functions; any thread.
 */
#ifndef IMGCRAWL_URL_CLEANING_H
#define IMGCRAWL_URL_CLEANING_H

#include <stdbool.h>
#include <stddef.h>

#include "crawler/extract/url.h"
#include "crawler/job/job_settings.h"

/* Whether the settings ask for anything. */
bool url_cleaning_is_on(const struct job_settings *settings);
/* In place, on a canonical URL; true where something was taken out. */
bool url_clean(const struct job_settings *settings, struct url *url);

/* Whether a parameter, by name and value as written, carries a session. */
bool url_parameter_is_session(struct url_slice name, struct url_slice value);
/* Whether a text looks drawn by lot: a UUID, 16 or more hexadecimal digits, 20 or more letters and
 * digits mixed. */
bool url_text_is_token(struct url_slice text);

/* A session's or a clock's number, which by its looks may also be the number of a thing: sid, t …
 * Only evidence tells; it is never taken out. */
bool url_parameter_may_count(struct url_slice name, struct url_slice value);

#endif
