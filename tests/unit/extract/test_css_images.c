/* Images in CSS: which references count, what they mean, and that no sheet leads astray. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/css_images.h"

struct told {
    char text[1024];
    size_t count;
};

static void note(const char *url, size_t bytes, void *arg)
{
    struct told *told = arg;
    size_t at = strlen(told->text);
    told->count++;
    snprintf(told->text + at, sizeof told->text - at, "<%.*s>", (int)bytes, url);
}

static struct told read_bytes(const char *css, size_t bytes)
{
    struct told told = {0};
    struct arena *arena = arena_new(0);
    char *exact = malloc(bytes + 1); /* so that the sanitizer sees what reads too far */
    char *start = exact + 1;
    memcpy(start, css, bytes);
    css_images_each(arena, start, bytes, note, &told);
    free(exact);
    arena_free(arena);
    return told;
}

static void assert_images(const char *css, const char *expected)
{
    struct told told = read_bytes(css, strlen(css));
    assert_string_equal(told.text, expected);
}

static void css_urls_of_every_property_are_told(void **state)
{
    (void)state;
    assert_images("a{background:red url(a.png) no-repeat}", "<a.png>");
    assert_images("background-image:url( 'a b.png' ), URL(\"c.png\")", "<a b.png><c.png>");
    assert_images("a{list-style:url(l.gif);cursor:url(c.cur),auto;content:url(q.png)}",
                  "<l.gif><c.cur><q.png>");
    assert_images("--hero: url(h.jpg); mask: url(m.svg#part)", "<h.jpg><m.svg#part>");
    assert_images("a{background:src('s.png');x:image('i.png')}", "<s.png><i.png>");
    assert_images("@media print{@supports (a:b){p{background:url(in.png)}}}", "<in.png>");
    assert_images("background:url(data:image/gif;base64,R0lG)", "<data:image/gif;base64,R0lG>");
}

static void css_image_set_tells_each_candidate(void **state)
{
    (void)state;
    assert_images("background:image-set('a.avif' type('image/avif') 1x, url(b.png) 2x)",
                  "<a.avif><b.png>");
    assert_images("background:-WebKit-image-set(url(\"a.png\") 1x,\"b.png\" 2x)", "<a.png><b.png>");
}

static void css_what_is_no_image_is_not_told(void **state)
{
    (void)state;
    assert_images("@import url(a.css);@import 'b.css';@namespace url(http://w3);p{}", "");
    assert_images("@font-face{src:url(f.woff2) format('woff2')}b{background:url(b.png)}",
                  "<b.png>");
    assert_images("@supports (background:url(x.png)){i{background:url(y.png)}}", "<y.png>");
    assert_images("filter:url(#blur);fill:url(g.svg#g);behavior:url(pie.htc);mask:url( #m )", "");
    assert_images("content:'url(no.png)';quotes:'a.png' \"b.png\";x:foo('c.png')", "");
    assert_images("/* url(no.png) */a{b:url()} c{d:url('')}", "");
    assert_images("<!-- a{b:url(x.png)} -->", "<x.png>");
    assert_images("a{b:1url(no.png);c:xurl(no.png)}", "");
}

static void css_escapes_mean_characters(void **state)
{
    (void)state;
    assert_images("background:url(a\\ b\\(1\\).png)", "<a b(1).png>");
    assert_images("background:u\\72l(a.png)", "<a.png>");
    assert_images("background:\\75\r\nrl(a.png)", "<a.png>");
    assert_images("background:url('\\2f img\\00002fA\\110000')", "</img/A\xef\xbf\xbd>");
    assert_images("background:url('a\\\nb\\\r\nc.png')", "<abc.png>");
    assert_images("background:url('\\1F600.png')", "<\xf0\x9f\x98\x80.png>");
    assert_images("background:url(\\d800)", "<\xef\xbf\xbd>");
    assert_images("a{b:url(x\\", "<x\xef\xbf\xbd>");
    assert_images("a{b:url('x\\", "<x>");
}

static void css_bad_tokens_hide_no_others(void **state)
{
    (void)state;
    assert_images("a{b:url(a b.png)}c{d:url(d.png)}", "<d.png>");
    assert_images("a{b:url(a\"b\\).png);c:url(c.png)}", "<c.png>");
    assert_images("a{b:url('a\n.png');c:url(c.png)}", "");
    assert_images("a{b:url('a\n);c:url(c.png)}", "<c.png>");
}

static void css_unclosed_constructs_end_with_the_sheet(void **state)
{
    (void)state;
    assert_images("a{b:url(c.png", "<c.png>");
    assert_images("a{b:url('c.png", "<c.png>");
    assert_images("a{b:url(c.png  ", "<c.png>");
    assert_images("a{b:url(c.png)/* url(d.png)", "<c.png>");
    assert_images("a}}]){b:url(c.png)}", "<c.png>");
}

static void css_nul_bytes_stand_for_replacement_characters(void **state)
{
    (void)state;
    struct told told = read_bytes("a{b:url(x\0y)}", 13);
    assert_string_equal(told.text, "<x\xef\xbf\xbdy>");
}

static void css_every_prefix_is_read_within_its_bytes(void **state)
{
    (void)state;
    static const char css[] =
        "@media x{a[b='c']{d:image-set(\"e\\\n\\65 f\" 1x,url(\\67 h)-1.5e3--i\\,"
        "<!--#j-->/*k*/}}@font-face{src:url(l)}--m:url( 'n' o)";
    for (size_t bytes = 0; bytes < sizeof css; bytes++)
        (void)read_bytes(css, bytes);
}

/* A million of what a reader could go back over. Would take minutes if it did. */
static void css_absurd_sheets_take_linear_time(void **state)
{
    (void)state;
    static const char *const parts[] = {"(",  "url(", "'",     "\\", "/*",
                                        "@a", "a{",   "url('", "-",  "\\a "};
    enum { REPEATS = 1000000 };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t part = strlen(parts[i]);
        char *css = malloc(part * REPEATS);
        for (size_t at = 0; at < REPEATS; at++)
            memcpy(css + at * part, parts[i], part);
        struct told told = read_bytes(css, part * REPEATS);
        assert_true(told.count <= 256); /* as many as brackets are followed */
        free(css);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(css_urls_of_every_property_are_told),
        cmocka_unit_test(css_image_set_tells_each_candidate),
        cmocka_unit_test(css_what_is_no_image_is_not_told),
        cmocka_unit_test(css_escapes_mean_characters),
        cmocka_unit_test(css_bad_tokens_hide_no_others),
        cmocka_unit_test(css_unclosed_constructs_end_with_the_sheet),
        cmocka_unit_test(css_nul_bytes_stand_for_replacement_characters),
        cmocka_unit_test(css_every_prefix_is_read_within_its_bytes),
        cmocka_unit_test(css_absurd_sheets_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
