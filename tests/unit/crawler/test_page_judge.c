/* Judging a visit: what the parse process found and the headers said, as outcome and directives. */
#include "crawler/extract/record.h"
#include "crawler/fetch/fetch.h"
#include "crawler/page_judge.h"
#include "tests/unit/crawler/crawler_test.h"

struct judged {
    enum outcome outcome;
    char *detail;
};

static struct judged judge(const struct page_record *record, const char *content_type,
                           bool detect_soft_404)
{
    char type[64];
    snprintf(type, sizeof type, "%s", content_type);
    const struct fetch_result fetched = {.content_type = type};
    const struct job_settings settings = {.detect_soft_404 = detect_soft_404};
    struct judged judged = {.detail = NULL};
    judged.outcome = page_judge(record, &fetched, &settings, &judged.detail);
    return judged;
}

static void assert_judged(struct judged judged, enum outcome outcome, const char *detail)
{
    assert_string_equal(outcome_name(judged.outcome), outcome_name(outcome));
    if (detail)
        assert_string_equal(judged.detail, detail);
    else
        assert_null(judged.detail);
    free(judged.detail);
}

static void a_page_has_no_detail(void **state)
{
    (void)state;
    const struct page_record record = {.verdict = VERDICT_PAGE};
    assert_judged(judge(&record, "text/html", true), OUTCOME_OK, NULL);
}

static void another_type_is_told_beside_the_declared_one(void **state)
{
    (void)state;
    const struct page_record record = {.sniffed_type = MIME_PNG};
    assert_judged(judge(&record, "text/html; charset=utf-8", true), OUTCOME_NOT_HTML,
                  "declared text/html, but the body is image/png");
    assert_judged(judge(&record, "TEXT/HTML\x01", true), OUTCOME_NOT_HTML,
                  "declared TEXT/HTML?, but the body is image/png");
    assert_judged(judge(&record, "", true), OUTCOME_NOT_HTML,
                  "no Content-Type, and the body is image/png");
}

static void verdicts_bring_their_evidence(void **state)
{
    (void)state;
    static const char evidence[] = "title \"ページ\"";
    struct page_record record = {.verdict = VERDICT_SOFT_404,
                                 .evidence = {evidence, sizeof evidence - 1}};
    assert_judged(judge(&record, "", true), OUTCOME_SOFT_404, evidence);
    assert_judged(judge(&record, "", false), OUTCOME_OK, NULL);
    record.verdict = VERDICT_CHALLENGE; /* is none of the setting's */
    assert_judged(judge(&record, "", false), OUTCOME_CHALLENGE, evidence);
    record.evidence = (struct record_text){NULL, 0};
    assert_judged(judge(&record, "", true), OUTCOME_CHALLENGE, "");
}

static void headers_ask_what_all_their_fields_ask(void **state)
{
    (void)state;
    char tag[] = "googlebot: noindex\nimgcrawl: noai", reserved[] = "1", none[] = "";
    struct fetch_result fetched = {.robots_tag = tag, .tdm_reservation = reserved};
    assert_int_equal(page_judge_headers(&fetched, "imgcrawl"),
                     DIRECTIVE_NOAI | DIRECTIVE_TDM_RESERVED);
    assert_int_equal(page_judge_headers(&fetched, "googlebot"),
                     DIRECTIVE_NOINDEX | DIRECTIVE_TDM_RESERVED);
    fetched = (struct fetch_result){.robots_tag = none, .tdm_reservation = none};
    assert_int_equal(page_judge_headers(&fetched, "imgcrawl"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_has_no_detail),
        cmocka_unit_test(another_type_is_told_beside_the_declared_one),
        cmocka_unit_test(verdicts_bring_their_evidence),
        cmocka_unit_test(headers_ask_what_all_their_fields_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
