/* The guard: ordinary pages pass untouched, costly ones are tamed without losing images or links.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/html_guard.h"
#include "tests/unit/extract/extracted.h"

struct guarded {
    struct arena *arena;
    const char *html; /* what came out; not NUL-ended */
    uint32_t flags;
    int rc;
};

static struct guarded guard(const char *html)
{
    struct guarded result = {.arena = arena_new(0)};
    result.rc = html_guard(result.arena, html, strlen(html), &result.html, &result.flags);
    assert_int_equal(result.rc, 0);
    return result;
}

static void assert_untouched(const char *html)
{
    struct guarded result = guard(html);
    assert_ptr_equal(result.html, html);
    assert_int_equal(result.flags, 0);
    arena_free(result.arena);
}

/* unit again and again, 5,000 times, is seen as growing deep. */
static void assert_flattened(const char *unit)
{
    char *html = repeated(unit, 5000);
    struct guarded result = guard(html);
    if (!(result.flags & RECORD_DEPTH_FLATTENED))
        fail_msg("not flattened: %s", unit);
    arena_free(result.arena);
    free(html);
}

/* unit again and again grows no tree, and so is left alone. */
static void assert_flat(const char *unit)
{
    char *html = repeated(unit, 5000);
    struct guarded result = guard(html);
    if (result.html != html)
        fail_msg("touched: %s", unit);
    arena_free(result.arena);
    free(html);
}

static void ordinary_pages_pass_untouched(void **state)
{
    (void)state;
    assert_untouched("");
    assert_untouched("<");
    assert_untouched("</");
    assert_untouched("<!-- <div> --> <!doctype html> <a b='>' c=\"<\"> < a </ b <?php ?>");
    assert_untouched("<div a=");
}

static void balanced_and_implied_ends_keep_the_depth(void **state)
{
    (void)state;
    assert_flat("<div><span>x</span></div>");
    assert_flat("<p>x");
    assert_flat("<li>x");
    assert_flat("<dl><dt>a<dd>b<dt>c</dl>");
    assert_flat("<table><tr><td>a<td>b<tr><th>c</table>");
    assert_flat("<br><img src=a><hr><input>");
    assert_flat("<select><option>a<option>b</select>");
    assert_flat("<b><div></b></div>");
    assert_flat("<b><i></b></i>");
    assert_flat("<a href=x>");
    assert_flat("<h1>x</h2>");
    assert_flat("<svg><path/><g><circle/></g></svg>");
    assert_flat("<svg><p>");
    assert_flat("<template><div></template>");
    assert_flat("<button><div></button>");
    assert_flat("<td>");
    assert_flat("<p><b>x</b></p>");
    assert_flat("<table><tr><td><b></table>");
    assert_flat("<ruby>x<rt>y<rp>z</ruby>");
    assert_flat("<p><button></p>");
    assert_flat("<svg><desc><div></div></desc></svg>");
    assert_flat("<a><x><a><y></x>");
    assert_flat("<svg><![CDATA[<g>]]></svg>");
    assert_flat("<math><mi>x</mi><mo/></math>");
    assert_flat("<form><p>x</form>");
    assert_flat("<h1><a name=x>y</h1>");
    assert_flat("<template><tr><td></td></tr></template>");
    assert_flat("<!-- <div> -->");
    assert_flat("<script><div></script>");
    assert_flat("<script><!-- <script></script><div> --></script>");
    assert_flat("<style><div></style><textarea><div></textarea><title><div></title>");
}

/* Where an end tag ends nothing, the tree grows whatever the tags seem to say. */
static void end_tags_that_end_nothing_are_seen_through(void **state)
{
    (void)state;
    assert_flattened("<div>");
    assert_flattened("<x></y>");
    assert_flattened("<span><div></span>");
    assert_flattened("<div><table></div>");
    assert_flattened("<b><div></b>");
    assert_flattened("<p><object></p>");
    assert_flattened("<ruby><li><rt></dt>");
    assert_flattened("<svg><desc><div></desc></svg>");
    assert_flattened("<isindex><y></isindex>");
    assert_flattened("<option><optgroup><x></option>");
    assert_flattened("<template><y></y><tr><div></tr></template-><template>");
    assert_flattened("<template><form>");
    assert_flattened("<svg><mi><br/></mi-><g>");
    assert_flattened("<math><annotation-xml encoding='TEXT/HTML'><style></style><br></math->");
    assert_flattened("<a><h1>");
    assert_flattened("<ul><li>");
    assert_flattened("<li><ul></li>");
    assert_flattened("<noscript><div></noscript>");
    assert_flattened("<table><tr><td></tr-></td->");
    assert_flattened("<object></div>");
    assert_flattened("<svg><g></svg-></g->");
    assert_flattened("<svg><title><div></title-></div->");
    assert_flattened("<math><annotation-xml encoding=text/html><br>");
    assert_flattened("<svg><style><x></x-></style->");
    assert_flattened("<p><font size=1></p>");
    assert_flattened("<div <div>");
    assert_flattened("<div/>");
}

static void content_of_flattened_elements_stays(void **state)
{
    (void)state;
    char *open = repeated("<div class='a>b'><!-- x -->", 2000);
    char *close = repeated("</div>", 2000);
    char *html = malloc(strlen(open) + strlen(close) + 200);
    sprintf(html, "<p id=1><img src=1><a href=1>x</a>%s<img src=2><a href=2>y</a>%s<img src=3>",
            open, close);
    struct extracted page = extract_page(html);
    assert_int_equal(page.record.flags, RECORD_DEPTH_FLATTENED);
    assert_int_equal(page.record.image_count, 3);
    assert_int_equal(page.record.link_count, 2);
    assert_text(page.record.images[1].raw, "2");
    assert_text(page.record.images[2].raw, "3");
    extracted_done(&page);
    free(html);
    free(close);
    free(open);
}

/* The end tags of what was blanked go too, so that what is left closes what it closed before. */
static void end_tags_are_blanked_with_their_start_tags(void **state)
{
    (void)state;
    char *open = repeated("<i>", HTML_MAX_FORMATTING);
    char *html = malloc(strlen(open) + 64);
    sprintf(html, "%s<b>x</b></i>", open);
    struct guarded result = guard(html);
    assert_int_equal(result.flags, RECORD_DEPTH_FLATTENED);
    assert_memory_equal(result.html + strlen(open), "   x    </i>", 12);
    arena_free(result.arena);
    free(html);
    free(open);
}

/* What stands around a blanked tag does not become a tag. */
static void blanks_keep_what_is_around_apart(void **state)
{
    (void)state;
    char *open = repeated("<div>", HTML_MAX_DEPTH);
    char *html = malloc(strlen(open) + 64);
    sprintf(html, "%s<<div>img src=a>", open);
    struct extracted page = extract_page(html);
    assert_int_equal(page.record.image_elements, 0);
    extracted_done(&page);
    free(html);
    free(open);
}

static char *tag_with_attributes(const char *name, unsigned first, unsigned count)
{
    char *html = malloc(count * 16 + 64);
    char *at = html + sprintf(html, "<%s", name);
    for (unsigned i = 0; i < count; i++)
        at += sprintf(at, " a%u='>'", first + i);
    strcpy(at, "><img src=a>");
    return html;
}

static void surplus_attributes_are_cut(void **state)
{
    (void)state;
    char *html = tag_with_attributes("div", 0, HTML_MAX_ATTRIBUTES);
    assert_untouched(html);
    free(html);
    html = tag_with_attributes("div", 0, 50000);
    struct guarded result = guard(html);
    assert_int_equal(result.flags, RECORD_ATTRIBUTES_CUT);
    assert_memory_equal(result.html + strlen(html) - 13, " ><img src=a>", 13);
    arena_free(result.arena);
    struct extracted page = extract_page(html);
    assert_int_equal(page.record.image_count, 1);
    extracted_done(&page);
    free(html);
}

/* All body tags' attributes end up on one element. */
static void attributes_of_roots_are_counted_together(void **state)
{
    (void)state;
    char *first = tag_with_attributes("body", 0, HTML_MAX_ATTRIBUTES / 2 + 1);
    char *second = tag_with_attributes("BODY", 1000, HTML_MAX_ATTRIBUTES / 2);
    char *html = malloc(strlen(first) + strlen(second) + 1);
    sprintf(html, "%s%s", first, second);
    struct guarded result = guard(html);
    assert_int_equal(result.flags, RECORD_ATTRIBUTES_CUT);
    assert_memory_equal(result.html, first, strlen(first));
    assert_memory_equal(result.html + strlen(first), "<BODY   ", 8);
    arena_free(result.arena);
    free(html);
    free(second);
    free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_pages_pass_untouched),
        cmocka_unit_test(balanced_and_implied_ends_keep_the_depth),
        cmocka_unit_test(end_tags_that_end_nothing_are_seen_through),
        cmocka_unit_test(content_of_flattened_elements_stays),
        cmocka_unit_test(end_tags_are_blanked_with_their_start_tags),
        cmocka_unit_test(blanks_keep_what_is_around_apart),
        cmocka_unit_test(surplus_attributes_are_cut),
        cmocka_unit_test(attributes_of_roots_are_counted_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
