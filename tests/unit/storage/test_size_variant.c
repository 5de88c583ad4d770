/* What is taken out of a URL as a size, and what is not. */
#include "storage/size_variant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_rest(const char *url, const char *wanted)
{
    char rest[512] = "";
    size_t bytes = 0;
    bool is_shorter = size_variant_rest(url, strlen(url), rest, &bytes);
    if (strcmp(rest, wanted) != 0 || bytes != strlen(rest) || !is_shorter)
        fail_msg("%s: %s (%zu), wanted %s", url, rest, bytes, wanted);
}

static void assert_kept(const char *url)
{
    char rest[512] = "";
    size_t bytes = 0;
    if (size_variant_rest(url, strlen(url), rest, &bytes))
        fail_msg("%s: taken for a variant of %s", url, rest);
}

static void parameters_that_ask_for_a_size_are_taken_out(void **state)
{
    (void)state;
    assert_rest("https://a.example/p.jpg?w=300", "https://a.example/p.jpg");
    assert_rest("https://a.example/p.jpg?w=300&h=200&q=80&dpr=1.5", "https://a.example/p.jpg");
    assert_rest("https://a.example/p.jpg?id=7&width=300px", "https://a.example/p.jpg?id=7");
    assert_rest("https://a.example/p.jpg?W=300&id=7#x", "https://a.example/p.jpg?id=7");
    assert_rest("https://a.example/p?size=300x200&v=2", "https://a.example/p?v=2");
}

static void segments_that_ask_for_a_size_are_taken_out(void **state)
{
    (void)state;
    assert_rest("https://a.example/w_300,h_200/x/p.jpg", "https://a.example/x/p.jpg");
    assert_rest("https://a.example/upload/c_limit,w_300,q_auto,f_auto/p.jpg",
                "https://a.example/upload/p.jpg");
    assert_rest("https://a.example/300x200/p.jpg", "https://a.example/p.jpg");
    assert_rest("https://a.example/x/w-640/p.jpg", "https://a.example/x/p.jpg");
}

static void ends_of_a_name_that_tell_a_size_are_taken_out(void **state)
{
    (void)state;
    assert_rest("https://a.example/2024/p-300x200.jpg", "https://a.example/2024/p.jpg");
    assert_rest("https://a.example/p_300x200.jpg", "https://a.example/p.jpg");
    assert_rest("https://a.example/p-640w.webp", "https://a.example/p.webp");
    assert_rest("https://a.example/p@2x.png", "https://a.example/p.png");
    assert_rest("https://a.example/p_thumb.jpg", "https://a.example/p.jpg");
    assert_rest("https://a.example/p-Thumbnail.jpg", "https://a.example/p.jpg");
    assert_rest("https://a.example/p_small", "https://a.example/p");
}

static void what_only_looks_like_a_size_stays(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "https://a.example/p.jpg",
        "https://a.example/p.jpg?id=300",
        "https://a.example/p.jpg?w=wide",
        "https://a.example/p.jpg?w=",
        "https://a.example/p.jpg?show=300",
        "https://a.example/p.jpg?w=123456789",
        "https://a.example/2024/07/p.jpg",
        "https://a.example/p300x200.jpg",
        "https://a.example/p-300.jpg",
        "https://a.example/img-1.jpg",
        "https://a.example/300x200.jpg",
        "https://a.example/-300x200.jpg",
        "https://a.example/_thumb.jpg",
        "https://a.example/c_crop,w_300/p.jpg",
        "https://a.example/c_fill,w_300,h_300/p.jpg",
        "https://a.example/w_300,/p.jpg",
        "https://a.example/0x/p.jpg",
        "https://a.example",
        "data:image/png;base64,x",
        "",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        assert_kept(urls[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_that_ask_for_a_size_are_taken_out),
        cmocka_unit_test(segments_that_ask_for_a_size_are_taken_out),
        cmocka_unit_test(ends_of_a_name_that_tell_a_size_are_taken_out),
        cmocka_unit_test(what_only_looks_like_a_size_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
