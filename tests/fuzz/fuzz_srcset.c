/* Fuzzing srcset: candidates lie in the value, in order, and have a URL. */
#include <stdint.h>
#include <string.h>

#include "crawler/extract/srcset.h"
#include "tests/fuzz/demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct span {
    const char *at;
    const char *end;
};

static void check_candidate(const struct srcset_candidate *candidate, void *arg)
{
    struct span *rest = arg;
    char descriptor[SRCSET_DESCRIPTOR_MAX_BYTES];
    demand(candidate->url >= rest->at && candidate->url_bytes > 0);
    rest->at = candidate->url + candidate->url_bytes;
    demand(candidate->descriptor >= rest->at);
    rest->at = candidate->descriptor + candidate->descriptor_bytes;
    demand(rest->at <= rest->end);
    demand(srcset_descriptor(candidate, descriptor) == strlen(descriptor));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const char *text = (const char *)data;
    struct span rest = {text, text + bytes};
    srcset_parse(text, bytes, check_candidate, &rest);
    return 0;
}
