/* `imgcrawl inspect address`: whether a service that allows no special network would connect. Asks
 * the functions that a crawl asks. Main thread. */
#ifndef IMGCRAWL_SERVER_INSPECT_ADDRESS_H
#define IMGCRAWL_SERVER_INSPECT_ADDRESS_H

#include <jansson.h>

/* {"url"}, {"resolves_to": an address}, or both → {"verdict": "allow" or "block", "reason"}, or
 * {"error"} where neither is given. A new reference. No name is resolved: a URL whose name could be
 * anything is allowed with the reason "judged when resolved". */
json_t *inspect_address(const json_t *request);

#endif
