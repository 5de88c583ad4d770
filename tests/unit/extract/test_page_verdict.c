/* Verdicts: pages that are none are known by their words and marks, and pages about them are not
 * mistaken for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/page_verdict.h"
#include "crawler/extract/soft_404.h"
#include "crawler/extract/text_fold.h"
#include "tests/unit/extract/extracted.h"

static void assert_verdict(const char *html, enum page_verdict verdict)
{
    struct extracted page = extract_page(html);
    if (page.record.verdict != verdict)
        fail_msg("%.200s\nis %s, not %s: %s", html, page_verdict_name(page.record.verdict),
                 page_verdict_name(verdict),
                 page.record.evidence.data ? page.record.evidence.data : "");
    assert_int_equal(page.record.evidence.data != NULL, verdict != VERDICT_PAGE);
    extracted_done(&page);
}

static void titles_that_say_that_nothing_is_here(void **state)
{
    (void)state;
    static const char *const titles[] = {
        "404",
        "404 Not Found",
        "Error 404",
        "Error 404: Page not found",
        "Page not found | Example",
        "Example - Page Not Found",
        "404 Page Not Found · Shop",
        "Oops! That page can’t be found. – Example",
        "PAGE NOT FOUND",
        "Sorry, this page isn't available.",
        "Seite nicht gefunden – Beispiel",
        "404 Fehler: Seite nicht gefunden",
        "Page introuvable | Exemple",
        "Erreur 404 - Page non trouvée",
        "Página no encontrada - Ejemplo",
        "Pagina non trovata | Esempio",
        "Página não encontrada – Exemplo",
        "Pagina niet gevonden | Voorbeeld",
        "Nie znaleziono strony - Przykład",
        "Stránka nenalezena | Příklad",
        "Ошибка 404: страница не найдена",
        "СТРАНИЦА НЕ НАЙДЕНА",
        "ページが見つかりません｜例",
        "お探しのページは見つかりませんでした。",
        "页面不存在 - 例子",
        "404错误 - 找不到页面",
        "페이지를 찾을 수 없습니다 | 예",
        "Sidan hittades inte - Exempel",
        "Sayfa Bulunamadı | Örnek",
        "SAYFA BULUNAMADI",
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (!soft_404_title(titles[i]))
            fail_msg("not seen: %s", titles[i]);
}

static void titles_that_only_speak_of_it(void **state)
{
    (void)state;
    static const char *const titles[] = {
        "",
        "Example",
        "How to fix a page not found error",
        "404 page not found errors explained",
        "What does Error 404 mean? - Help",
        "Custom 404 pages: 20 nice examples",
        "Peugeot 404",
        "Room 404 | Hotel",
        "404 Room | Hotel",
        "1404",
        "Lost and found",
        "Life not found on Mars",
        "Seite nicht gefunden: was nun?",
        "Was tun bei „Seite nicht gefunden“ im Browser",
        "Как исправить: страница не найдена",
        "页面不存在怎么办",
        "Not foundation",
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (soft_404_title(titles[i]))
            fail_msg("taken for an error: %s", titles[i]);
}

static void soft_404_is_a_short_page(void **state)
{
    (void)state;
    assert_verdict("<title>Page not found | Shop</title><h1>Oops</h1><p>Go back.",
                   VERDICT_SOFT_404);
    assert_verdict("<title>Shop</title><h1>Page not found</h1><p>Go back.", VERDICT_SOFT_404);
    assert_verdict("<title>Shop</title><h1><img src=logo.png></h1><h1>404</h1>", VERDICT_SOFT_404);
    assert_verdict("<title>Shop</title><h1>Welcome</h1><p>Page not found", VERDICT_PAGE);
    assert_verdict("<title>Shop</title><h2>Page not found</h2>", VERDICT_PAGE);
}

/* With the same words, as long as an article and as long as the navigation around an error. */
static void length_is_that_of_the_text_alone(void **state)
{
    (void)state;
    char *words = repeated("<p>Of errors and how to meet them.", 40);
    static const char *const around[] = {"<main>",  "<nav>",    "<footer>", "<header>",
                                         "<aside>", "<script>", "<style>",  "<template>"};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        char *html = NULL;
        assert_true(asprintf(&html, "<title>Page not found</title>%s%s</%s<p>Sorry.", around[i],
                             words, around[i] + 1) > 0);
        assert_verdict(html, i == 0 ? VERDICT_PAGE : VERDICT_SOFT_404);
        free(html);
    }
    free(words);
}

static void the_bound_of_length_is_exact(void **state)
{
    (void)state;
    static const char title[] = "<title>Page not found</title>";
    char html[2048];
    for (int extra = 0; extra < 2; extra++) {
        size_t letters = VERDICT_SOFT_404_CHARACTERS + (size_t)extra;
        strcpy(html, title);
        for (size_t i = 0; i < letters; i++)
            strcpy(html + strlen(html), i % 7 ? "a" : " a");
        assert_verdict(html, extra ? VERDICT_PAGE : VERDICT_SOFT_404);
    }
}

static void evidence_tells_what_was_seen(void **state)
{
    (void)state;
    struct extracted page = extract_page("<title>Страница не найдена</title><p>Простите");
    assert_text(page.record.evidence, "title \"Страница не найдена\", 8 characters of text");
    extracted_done(&page);
    page = extract_page("<h1>404 Not Found</h1>");
    assert_text(page.record.evidence, "heading \"404 Not Found\", 11 characters of text");
    extracted_done(&page);
    page = extract_page("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>");
    assert_text(page.record.evidence, "Cloudflare: \"just a moment...\", 0 characters of text");
    extracted_done(&page);
}

static void challenges_are_known_by_their_marks(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "<title>Just a moment...</title><h1>example.com</h1><p>Verifying you are human.",
        "<title>x</title><script>window._cf_chl_opt={cvId:'3'}</script>",
        "<title>Attention Required! | Cloudflare</title><div class=cf-captcha-container></div>",
        "<div id='sec-if-cpt-container'></div>",
        "<script src='https://ct.captcha-delivery.com/c.js'></script><p>Please enable JS",
        "<title>Access to this page has been denied</title><div id='px-captcha'></div>",
        "<iframe id=\"main-iframe\" src=\"/_Incapsula_Resource?x=1\">Request unsuccessful."
        " Incapsula incident ID: 1</iframe>",
        "<title>Pardon Our Interruption</title><p>As you were browsing something made us think",
        "<script>window.gokuProps = {}</script>",
        "<title>Vercel Security Checkpoint</title>",
        "<h1>One more step</h1><p>Please verify you are human<div class='g-recaptcha'></div>",
        "<p>Bitte bestätigen Sie, dass Sie kein Roboter sind.<div class='h-captcha'></div>",
        "<title>Security check</title><div class='cf-turnstile'></div>",
        "<h1>请证明您是真人</h1><script src='https://www.google.com/recaptcha/api.js'></script>",
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        assert_verdict(pages[i], VERDICT_CHALLENGE);
}

static void pages_with_a_captcha_or_a_protection_are_pages(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "<title>Contact</title><form><textarea></textarea><div class='g-recaptcha'></div>"
        "<p>Please verify you are human</form>",
        "<title>Log in</title><form><input type=\"password\"><div class='cf-turnstile'></div>"
        "Are you human?</form>",
        "<title>Shop</title><script "
        "src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>",
        "<title>Shop</title><script src='https://js.datadome.co/tags.js'></script><p>Hi",
        "<title>Shop</title><script src='/_Incapsula_Resource?SWJIYLWA=1'></script><p>Hi",
        "<title>Shop</title><script>window._pxAppId='PX1'</script><p>Hi",
        "<title>Newsletter</title><p>Subscribe<div class='g-recaptcha'></div>",
        "<title>Are you human? A short story</title><p>She was.",
        "<title>Verify you are human</title><p>A poem.",
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        assert_verdict(pages[i], VERDICT_PAGE);
    char *words =
        repeated("<p>How <code>_cf_chl_opt</code> and g-recaptcha work: are you human?", 60);
    assert_verdict(words, VERDICT_PAGE);
    free(words);
}

static void phrases_are_written_as_they_are_compared(void **state)
{
    (void)state;
    char folded[256];
    for (size_t i = 0; soft_404_phrase(i); i++) {
        text_fold(soft_404_phrase(i), folded, sizeof folded);
        assert_string_equal(folded, soft_404_phrase(i));
        assert_true(soft_404_heading(soft_404_phrase(i)));
    }
    for (size_t i = 0; soft_404_noise(i); i++) {
        text_fold(soft_404_noise(i), folded, sizeof folded);
        assert_string_equal(folded, soft_404_noise(i));
    }
}

static void folding_makes_equal_what_differs_in_case_only(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"ÀÉÎÕÜ", "àéîõü"}, {"ŁÓDŹ Č Ğ", "łódź č ğ"}, {"ПРИВЕТ Ёж", "привет ёж"},
        {"İIı", "iii"},     {"a\xc2\xa0z", "a z"},    {"can’t — x", "can't - x"},
        {"猫 🐈", "猫 🐈"},   {"a\xff", "a"},           {"×÷", "×÷"},
    };
    char folded[64];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(text_fold(table[i][0], folded, sizeof folded), strlen(table[i][1]));
        assert_string_equal(folded, table[i][1]);
    }
    assert_int_equal(text_fold("éé", folded, 4), 2); /* never half of a character */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles_that_say_that_nothing_is_here),
        cmocka_unit_test(titles_that_only_speak_of_it),
        cmocka_unit_test(soft_404_is_a_short_page),
        cmocka_unit_test(length_is_that_of_the_text_alone),
        cmocka_unit_test(the_bound_of_length_is_exact),
        cmocka_unit_test(evidence_tells_what_was_seen),
        cmocka_unit_test(challenges_are_known_by_their_marks),
        cmocka_unit_test(pages_with_a_captcha_or_a_protection_are_pages),
        cmocka_unit_test(phrases_are_written_as_they_are_compared),
        cmocka_unit_test(folding_makes_equal_what_differs_in_case_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
