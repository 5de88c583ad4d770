/* See image_host.h. */
#include "crawler/workers/image_host.h"

#include <string.h>

struct store_text image_host(struct record_text url)
{
    const char *start = url.data ? strstr(url.data, "//") : NULL;
    if (!start || strncmp(url.data, "data:", 5) == 0)
        return (struct store_text){NULL, 0};
    start += 2;
    size_t bytes = strcspn(start, "/?#");
    const char *at = memrchr(start, '@', bytes);
    if (at) {
        bytes -= (size_t)(at + 1 - start);
        start = at + 1;
    }
    size_t bracket = *start == '[' ? strcspn(start, "]") : 0;
    size_t host_bytes = bracket + strcspn(start + bracket, ":/?#");
    return (struct store_text){start, host_bytes < bytes ? host_bytes : bytes};
}
