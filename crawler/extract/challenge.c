/* See challenge.h. A mark must stand on a protection's own page only: scripts that it also puts
 * into the pages that it protects (Cloudflare's challenge-platform/scripts, DataDome's tags.js,
 * HUMAN's sensor, Imperva's resource) tell nothing.
 */
#include "crawler/extract/challenge.h"

#include <stdbool.h>
#include <string.h>

#include "crawler/extract/text_fold.h"

enum { FOLDED_BYTES = 4096, SOURCE_BYTES = 64 * 1024 /* of the page, where marks stand */ };

/* In the source. */
static const struct challenge_mark marks[] = {
    {"Cloudflare", "_cf_chl_opt"},
    {"Cloudflare", "cf-chl-widget"},
    {"Cloudflare", "cf_chl_rc_"},
    {"Cloudflare", "cf-browser-verification"},
    {"Cloudflare", "cf-challenge-running"},
    {"Cloudflare", "cf-captcha-container"},
    {"Akamai", "sec-if-cpt-container"},
    {"Akamai", "sec-bc-tile-container"},
    {"Akamai", "/_sec/cp_challenge/"},
    {"Akamai", "bm-verify"},
    {"DataDome", "captcha-delivery.com"},
    {"HUMAN", "px-captcha"},
    {"HUMAN", "captcha.px-cdn.net"},
    {"Imperva", "Incapsula incident ID"},
    {"Imperva", "id=\"main-iframe\" src=\"/_Incapsula_Resource"},
    {"Imperva", "distil_identification_block"},
    {"AWS WAF", "window.gokuProps"},
    {"AWS WAF", "AwsWafIntegration.forceRefreshToken"},
    {"Sucuri", "sucuri_cloudproxy_js"},
    {"DDoS-Guard", "check.ddos-guard.net"},
    {"Anubis", "anubis_challenge"},
    {"Kasada", "KPSDK.scriptStart"},
};

/* Titles, folded, from their beginning. */
static const struct challenge_mark titles[] = {
    {"Cloudflare", "just a moment..."},       {"Cloudflare", "attention required! | cloudflare"},
    {"Imperva", "pardon our interruption"},   {"DDoS-Guard", "ddos-guard"},
    {"Vercel", "vercel security checkpoint"}, {"Anubis", "making sure you're not a bot"},
};

/* Words, folded, in the title or text of a page that also has one of the widgets. */
static const struct challenge_mark words[] = {
    {"a captcha", "you are human"},
    {"a captcha", "you're human"},
    {"a captcha", "are you human"},
    {"a captcha", "are you a human"},
    {"a captcha", "are a human"},
    {"a captcha", "are you a robot"},
    {"a captcha", "you are not a robot"},
    {"a captcha", "you're not a robot"},
    {"a captcha", "i'm not a robot"},
    {"a captcha", "i am not a robot"},
    {"a captcha", "human verification"},
    {"a captcha", "checking your browser"},
    {"a captcha", "unusual traffic"},
    {"a captcha", "automated requests"},
    {"a captcha", "security check"},
    {"a captcha", "sie ein mensch sind"},
    {"a captcha", "dass sie kein roboter sind"},
    {"a captcha", "vous êtes humain"},
    {"a captcha", "n'êtes pas un robot"},
    {"a captcha", "eres humano"},
    {"a captcha", "no eres un robot"},
    {"a captcha", "sei umano"},
    {"a captcha", "non sei un robot"},
    {"a captcha", "você é humano"},
    {"a captcha", "что вы не робот"},
    {"a captcha", "что вы человек"},
    {"a captcha", "ロボットではありません"},
    {"a captcha", "您是真人"},
    {"a captcha", "不是机器人"},
    {"a captcha", "로봇이 아닙니다"},
};
static const char *const widgets[] = {
    "g-recaptcha",
    "recaptcha/api.js",
    "recaptcha/enterprise.js",
    "hcaptcha.com",
    "h-captcha",
    "cf-turnstile",
    "challenges.cloudflare.com",
    "frc-captcha",
    "funcaptcha.com",
    "arkoselabs.com",
    "geetest.com",
    "smartcaptcha",
};

/* Who is asked for a password or a message has got a page. */
static const char *const forms[] = {"type=\"password\"", "type='password'", "type=password",
                                    "<textarea"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool has(const struct challenge_page *page, const char *text)
{
    size_t bytes = page->html_bytes < SOURCE_BYTES ? page->html_bytes : SOURCE_BYTES;
    return bytes && memmem(page->html, bytes, text, strlen(text));
}

static bool has_any(const struct challenge_page *page, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (has(page, texts[i]))
            return true;
    return false;
}

static const struct challenge_mark *of_title(const char *folded)
{
    for (size_t i = 0; i < COUNT(titles); i++)
        if (strncmp(folded, titles[i].mark, strlen(titles[i].mark)) == 0)
            return &titles[i];
    return NULL;
}

static const struct challenge_mark *of_source(const struct challenge_page *page)
{
    for (size_t i = 0; i < COUNT(marks); i++)
        if (has(page, marks[i].mark))
            return &marks[i];
    return NULL;
}

static const struct challenge_mark *of_words(const char *title, const char *start)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (strstr(title, words[i].mark) || strstr(start, words[i].mark))
            return &words[i];
    return NULL;
}

const struct challenge_mark *challenge_find(const struct challenge_page *page)
{
    char title[FOLDED_BYTES], start[FOLDED_BYTES];
    text_fold(page->title, title, sizeof title);
    const struct challenge_mark *found = of_title(title);
    if (!found)
        found = of_source(page);
    if (found || !has_any(page, widgets, COUNT(widgets)) || has_any(page, forms, COUNT(forms)))
        return found;
    text_fold(page->start, start, sizeof start);
    return of_words(title, start);
}
