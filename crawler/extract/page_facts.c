/* Page facts. Runs in a parse process, once a page. */
#include "crawler/extract/page_facts.h"

#include <string.h>
#include <strings.h>

#include "crawler/extract/html_reader.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/meta_refresh.h"
#include "crawler/extract/page_context.h"
#include "crawler/extract/record.h"
#include "crawler/extract/record_writer.h"
#include "crawler/extract/robots_directives.h"

static void see_base(struct page_facts *facts, const struct html_element *element)
{
    const struct html_attribute *href = html_attribute(element, "href");
    if (!href || facts->base)
        return;
    facts->base = href->value;
    facts->base_bytes = href->bytes;
}

static void see_link(struct page_facts *facts, const struct html_element *element)
{
    const struct html_attribute *rel = html_attribute(element, "rel");
    const struct html_attribute *href = html_attribute(element, "href");
    if (!rel || !href || !href->bytes || facts->canonical ||
        !html_has_token(rel->value, "canonical"))
        return;
    facts->canonical = href->value;
    facts->canonical_bytes = href->bytes;
}

static bool is_named(const struct html_attribute *name, const char *wanted)
{
    size_t bytes;
    const char *trimmed = html_trim(name->value, name->bytes, &bytes);
    return bytes == strlen(wanted) && !strncasecmp(trimmed, wanted, bytes);
}

static void append_robots(struct page_facts *facts, const char *text, size_t bytes)
{
    size_t room = sizeof facts->robots - 1 - facts->robots_bytes;
    bytes = utf8_cut(text, bytes, room);
    memcpy(facts->robots + facts->robots_bytes, text, bytes);
    facts->robots_bytes += bytes;
    facts->robots[facts->robots_bytes] = '\0';
}

static void see_robots(struct page_facts *facts, const struct html_attribute *content)
{
    if (facts->has_robots)
        append_robots(facts, ", ", 2);
    append_robots(facts, content->value, content->bytes);
    facts->has_robots = true;
    facts->directives |= robots_directives_of_meta(content->value, content->bytes);
}

static void see_tdm_policy(struct page_facts *facts, const struct html_attribute *content)
{
    if (facts->tdm_policy)
        return;
    facts->tdm_policy = content->value;
    facts->tdm_policy_bytes = content->bytes;
}

/* "imgcrawl" is the name under which a page may speak to us alone. */
static void see_named_meta(struct page_facts *facts, const struct html_attribute *name,
                           const struct html_attribute *content)
{
    if (is_named(name, "robots") || is_named(name, "imgcrawl"))
        see_robots(facts, content);
    else if (is_named(name, "tdm-reservation"))
        facts->directives |= robots_directives_of_tdm(content->value, content->bytes);
    else if (is_named(name, "tdm-policy"))
        see_tdm_policy(facts, content);
}

static void see_meta(struct page_facts *facts, const struct html_element *element)
{
    const struct html_attribute *content = html_attribute(element, "content");
    const struct html_attribute *name = html_attribute(element, "name");
    const struct html_attribute *equiv = html_attribute(element, "http-equiv");
    if (!content)
        return;
    if (name)
        see_named_meta(facts, name, content);
    if (equiv && !strcasecmp(equiv->value, "refresh") && !facts->refresh)
        meta_refresh_target(content->value, &facts->refresh, &facts->refresh_bytes);
}

/* Its alt is what a picture says. */
static void see_alt(struct page_facts *facts, const struct html_element *element)
{
    const struct html_attribute *alt = html_attribute(element, "alt");
    if (alt)
        text_print_add(&facts->print, alt->value, alt->bytes);
}

static bool see_start(const struct html_element *element, void *arg)
{
    struct page_facts *facts = arg;
    page_text_open(&facts->text, element->tag);
    switch (element->tag) {
    case HTML_BASE:
        see_base(facts, element);
        break;
    case HTML_IMG:
    case HTML_INPUT:
        see_alt(facts, element);
        break;
    case HTML_LINK:
        see_link(facts, element);
        break;
    case HTML_META:
        see_meta(facts, element);
        break;
    case HTML_TITLE:
        if (facts->title_state == TITLE_NONE)
            facts->title_state = TITLE_OPEN;
        break;
    default:
        break;
    }
    return true;
}

static void see_end(enum html_tag tag, void *arg)
{
    struct page_facts *facts = arg;
    page_text_close(&facts->text, tag);
    if (tag != HTML_TITLE || facts->title_state != TITLE_OPEN)
        return;
    facts->title_state = TITLE_DONE;
    if (facts->title_bytes && facts->title[facts->title_bytes - 1] == ' ')
        facts->title_bytes--;
}

static void see_text(const char *text, void *arg)
{
    struct page_facts *facts = arg;
    if (facts->title_state == TITLE_OPEN)
        html_append_collapsed(facts->title, &facts->title_bytes, sizeof facts->title - 1, text);
    if (page_text_counts(&facts->text) || facts->title_state == TITLE_OPEN)
        text_print_add(&facts->print, text, strlen(text));
    page_text_add(&facts->text, text);
}

int page_facts_read(struct page_facts *facts, const struct html_document *document,
                    const struct url *url)
{
    facts->base = facts->canonical = facts->refresh = facts->tdm_policy = NULL;
    facts->robots_bytes = facts->title_bytes = 0;
    facts->directives = 0;
    facts->has_robots = false;
    facts->title_state = TITLE_NONE;
    page_text_begin(&facts->text);
    text_print_begin(&facts->print, url ? url->href : NULL, url ? url->length : 0);
    const struct html_events events = {
        .start = see_start, .end = see_end, .text = see_text, .arg = facts};
    int rc = html_document_walk(document, &events);
    facts->title[facts->title_bytes] = '\0';
    page_text_end(&facts->text);
    return rc;
}

/* HTML 4.2.3: a base that cannot be used leaves the document's own URL in force. */
static void write_base(const struct page_facts *facts, struct page_context *page, struct url *base)
{
    if (!facts->base || url_parse(facts->base, facts->base_bytes, page->base, base) != URL_OK)
        return;
    page->base = base;
    record_writer_fact(page->writer, RECORD_BASE, base->href, base->length);
}

static void write_url(struct page_context *page, enum record_fact fact, const char *text,
                      size_t bytes)
{
    if (!text || page_resolve(page, text, bytes, &page->scratch) != URL_OK)
        return;
    url_canonicalise(&page->scratch);
    record_writer_fact(page->writer, fact, page->scratch.href, page->scratch.length);
}

static void write_robots(const struct page_facts *facts, struct record_writer *writer)
{
    if (!facts->has_robots)
        return;
    record_writer_fact(writer, RECORD_META_ROBOTS, facts->robots, facts->robots_bytes);
    if (facts->directives & DIRECTIVE_NOFOLLOW)
        record_writer_flag(writer, RECORD_META_NOFOLLOW);
}

void page_facts_write(const struct page_facts *facts, struct page_context *page, struct url *base)
{
    write_base(facts, page, base);
    if (facts->title_state != TITLE_NONE)
        record_writer_fact(page->writer, RECORD_TITLE, facts->title, facts->title_bytes);
    write_url(page, RECORD_CANONICAL, facts->canonical, facts->canonical_bytes);
    write_url(page, RECORD_META_REFRESH, facts->refresh, facts->refresh_bytes);
    write_url(page, RECORD_TDM_POLICY, facts->tdm_policy, facts->tdm_policy_bytes);
    write_robots(facts, page->writer);
    record_writer_directives(page->writer, facts->directives);
    record_writer_text_print(page->writer, text_print_value(&facts->print));
}
