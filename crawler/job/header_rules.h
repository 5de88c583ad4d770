/* Header rules: which headers a job may add to its requests. They go to every host that the job
 * meets, so what must stay with one host is refused, as is what curl sets by itself or what would
 * break the framing of a message. Constant data, any thread.
 */
#ifndef IMGCRAWL_HEADER_RULES_H
#define IMGCRAWL_HEADER_RULES_H

#include "crawler/job/proxy_url.h"

/* NULL: it may be sent. Else a sentence for people on what is wrong, static, without the name. */
const char *header_problem(const char *name, const char *value);

#endif
