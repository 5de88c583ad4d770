/* Fuzzing style sheets: tokens cover the sheet, and every image's URL is text without space around
 * it. */
#include <stdint.h>
#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/css_images.h"
#include "crawler/extract/css_tokens.h"
#include "tests/fuzz/demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check_image(const char *url, size_t bytes, void *arg)
{
    (void)arg;
    demand(bytes > 0 && url[0] != ' ' && url[0] != '#' && url[bytes - 1] != ' ');
}

static void check_tokens(const char *css, size_t bytes)
{
    struct css_tokens in = {.at = css, .end = css + bytes};
    const char *last = css;
    for (;;) {
        struct css_token token = css_tokens_next(&in);
        if (token.kind == CSS_END)
            break;
        demand(in.at > last && in.at <= in.end);
        demand(token.text >= last && token.text + token.bytes <= in.at);
        last = in.at;
    }
    demand(last == css + bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena *arena = arena_new(0);
    check_tokens((const char *)data, bytes);
    css_images_each(arena, (const char *)data, bytes, check_image, NULL);
    arena_free(arena);
    return 0;
}
