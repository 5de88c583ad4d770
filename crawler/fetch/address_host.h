/* The address guard's word on a URL's host before any name is resolved: an address literal is
 * judged as that address, a name that can only stand for special addresses as one of these. Any
 * other name passes here, and each address that it resolves to is judged at the socket.
 *
 * Plain functions, any thread.
 */
#ifndef IMGCRAWL_ADDRESS_HOST_H
#define IMGCRAWL_ADDRESS_HOST_H

#include "crawler/extract/url.h"
#include "crawler/fetch/address_guard.h"

struct address_verdict address_check_host(const struct address_policy *policy,
                                          const struct url *url);

#endif
