/* Export maker: makes the whole file of an export on a thread of its own while the request's
 * connection sleeps, so that no thread of the API stands still for it. One at a time.
 */
#ifndef IMGCRAWL_SERVER_EXPORT_MAKER_H
#define IMGCRAWL_SERVER_EXPORT_MAKER_H

#include "server/export_cache.h"

struct request;

struct export_order {
    const struct file_format *format;
    enum export_profile profile;
    bool is_kept; /* in the cache, as: */
    struct export_key key;
};

/* fn answers, on an MHD thread, with the file opened for reading. Where it could not be made, the
 * request is answered and fn is not called. */
typedef void (*export_made_fn)(struct request *request, const struct export_order *order,
                               int take_fd);
void export_maker_request(struct request *request, const char *job_path,
                          const struct export_order *order, export_made_fn fn);

#endif
