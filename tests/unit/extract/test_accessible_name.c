/* Accessible names: what names an image, in the order of the standards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/extract/image_rows_text.h"

struct name_case {
    const char *html;
    const char *name, *source; /* of the first row; NULL: none */
};

static void check(const struct name_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct extracted page = extract_page(cases[i].html);
        const struct record_image *image = &page.record.images[0];
        assert_true(page.record.image_count > 0);
        const char *source = name_source_name(image->name_source);
        if (strcmp(source ? source : "", cases[i].source ? cases[i].source : "") != 0)
            print_message("%s\n", cases[i].html);
        assert_text(image->name, cases[i].name);
        assert_string_equal(source ? source : "", cases[i].source ? cases[i].source : "");
        extracted_done(&page);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

static void img_is_named_by_the_first_that_says_something(void **state)
{
    (void)state;
    static const struct name_case cases[] = {
        {"<img alt=A title=T>", "A", "alt"},
        {"<img alt=' A\n  B ' title=T>", "A B", "alt"},
        {"<img alt=A aria-label=L>", "L", "aria-label"},
        {"<img alt=A aria-label=' '>", "A", "alt"},
        {"<p id=x>X</p><img alt=A aria-label=L aria-labelledby=x>", "X", "aria-labelledby"},
        {"<img alt=A aria-labelledby=none>", "A", "alt"},
        {"<img title=T>", "T", "title"},
        {"<img alt='' title=T>", "T", "title"},
        {"<img alt=''>", NULL, NULL},
        {"<img>", NULL, NULL},
        {"<img alt=A role=none>", NULL, NULL},
        {"<img alt=A role=presentation title=T>", NULL, NULL},
        {"<img alt=A role=none aria-label=L>", "L", "aria-label"},
        {"<img alt=A aria-hidden=true>", "A", "alt"},
        {"<picture><source srcset=a><img alt=A></picture>", "A", "alt"},
        {"<img data-src=a.png alt=A>", "A", "alt"},
    };
    CHECK(cases);
}

static void other_elements_are_named_in_their_way(void **state)
{
    (void)state;
    static const struct name_case cases[] = {
        {"<input type=image alt=A title=T value=V>", "A", "alt"},
        {"<input type=image title=T value=V>", "T", "title"},
        {"<input type=image value=V>", "V", "value"},
        {"<input type=image>", NULL, NULL},
        {"<svg><title> T <!-- --></title></svg>", "T", "svg_title"},
        {"<svg aria-label=L><title>T</title></svg>", "L", "aria-label"},
        {"<svg aria-labelledby=t><g><title id=t>T</title></g></svg>", "T", "aria-labelledby"},
        {"<svg><g><title>T</title></g></svg>", NULL, NULL},
        {"<svg title=T></svg>", NULL, NULL},
        {"<object data=a.png title=T></object>", "T", "title"},
        {"<embed src=a.png aria-label=L>", "L", "aria-label"},
        {"<video poster=a aria-label=L>", "L", "aria-label"},
        {"<div role=img aria-label=L style='background:url(a)'>", "L", "aria-label"},
        {"<div aria-label=L title=T style='background:url(a)'>", NULL, NULL},
        {"<img style='background:url(a)' alt=A src=b>", "A", "alt"},
        {"<link rel=icon href=a title=T>", NULL, NULL},
        {"<meta property=og:image content=a><meta property=og:image:alt content=A>", NULL, NULL},
        {"<a href=a.png title=T>x</a>", NULL, NULL},
    };
    CHECK(cases);
}

static void labels_are_read_wherever_they_stand(void **state)
{
    (void)state;
    static const struct name_case cases[] = {
        {"<img aria-labelledby='b a'><p id=a>one</p><p id=b>two</p>", "two one", "aria-labelledby"},
        {"<p id=a>one<br>two<span>three</span></p><img aria-labelledby=a>", "one twothree",
         "aria-labelledby"},
        {"<p id=a>one <b id=b>two</b></p><img aria-labelledby='b a'>", "two one two",
         "aria-labelledby"},
        {"<p id=a aria-label=L>one</p><img aria-labelledby=a>", "L", "aria-labelledby"},
        {"<img aria-labelledby=a><p id=a><img src=x alt=A> one</p>", "A one", "aria-labelledby"},
        {"<p id=a hidden>one</p><img aria-labelledby=a>", "one", "aria-labelledby"},
        {"<p id=a>one<i hidden>two</i><script>3</script></p><img aria-labelledby=a>", "one",
         "aria-labelledby"},
        {"<p id=a>one</p><p id=a>two</p><img aria-labelledby=a>", "one", "aria-labelledby"},
        {"<p id=a> </p><img aria-labelledby=a>", NULL, NULL},
        {"<img id=a aria-labelledby=a alt=A>", "A", "aria-labelledby"},
    };
    CHECK(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(img_is_named_by_the_first_that_says_something),
        cmocka_unit_test(other_elements_are_named_in_their_way),
        cmocka_unit_test(labels_are_read_wherever_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
