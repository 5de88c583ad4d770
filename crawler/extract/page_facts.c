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

/* The names under which a page may speak to us in <meta name>. */
static const char *const robots_names[] = {"robots", "imgcrawl"};

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

static bool speaks_to_us(const char *name, size_t bytes)
{
    size_t trimmed_bytes;
    const char *trimmed = html_trim(name, bytes, &trimmed_bytes);
    for (size_t i = 0; i < sizeof robots_names / sizeof *robots_names; i++)
        if (trimmed_bytes == strlen(robots_names[i]) &&
            !strncasecmp(trimmed, robots_names[i], trimmed_bytes))
            return true;
    return false;
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
}

static void see_meta(struct page_facts *facts, const struct html_element *element)
{
    const struct html_attribute *content = html_attribute(element, "content");
    const struct html_attribute *name = html_attribute(element, "name");
    const struct html_attribute *equiv = html_attribute(element, "http-equiv");
    if (!content)
        return;
    if (name && speaks_to_us(name->value, name->bytes))
        see_robots(facts, content);
    if (equiv && !strcasecmp(equiv->value, "refresh") && !facts->refresh)
        meta_refresh_target(content->value, &facts->refresh, &facts->refresh_bytes);
}

static bool see_start(const struct html_element *element, void *arg)
{
    struct page_facts *facts = arg;
    switch (element->tag) {
    case HTML_BASE:
        see_base(facts, element);
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
    if (tag != HTML_TITLE || facts->title_state != TITLE_OPEN)
        return;
    facts->title_state = TITLE_DONE;
    if (facts->title_bytes && facts->title[facts->title_bytes - 1] == ' ')
        facts->title_bytes--;
}

/* Runs of white space become one space; the title's end drops the last. */
static void append_collapsed(struct page_facts *facts, const char *text)
{
    for (; *text && facts->title_bytes < sizeof facts->title; text++) {
        bool after_space = !facts->title_bytes || facts->title[facts->title_bytes - 1] == ' ';
        if (!html_is_space(*text))
            facts->title[facts->title_bytes++] = *text;
        else if (!after_space)
            facts->title[facts->title_bytes++] = ' ';
    }
}

static void see_text(const char *text, void *arg)
{
    struct page_facts *facts = arg;
    if (facts->title_state == TITLE_OPEN)
        append_collapsed(facts, text);
}

int page_facts_read(struct page_facts *facts, const struct html_document *document)
{
    facts->base = facts->canonical = facts->refresh = NULL;
    facts->robots_bytes = facts->title_bytes = 0;
    facts->has_robots = false;
    facts->title_state = TITLE_NONE;
    const struct html_events events = {
        .start = see_start, .end = see_end, .text = see_text, .arg = facts};
    return html_document_walk(document, &events);
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
    if (!text || url_parse(text, bytes, page->base, &page->scratch) != URL_OK)
        return;
    url_canonicalise(&page->scratch);
    record_writer_fact(page->writer, fact, page->scratch.href, page->scratch.length);
}

static void write_robots(const struct page_facts *facts, struct record_writer *writer)
{
    if (!facts->has_robots)
        return;
    record_writer_fact(writer, RECORD_META_ROBOTS, facts->robots, facts->robots_bytes);
    if (html_has_token(facts->robots, "nofollow") || html_has_token(facts->robots, "none"))
        record_writer_flag(writer, RECORD_META_NOFOLLOW);
}

void page_facts_write(const struct page_facts *facts, struct page_context *page, struct url *base)
{
    write_base(facts, page, base);
    if (facts->title_state != TITLE_NONE)
        record_writer_fact(page->writer, RECORD_TITLE, facts->title, facts->title_bytes);
    write_url(page, RECORD_CANONICAL, facts->canonical, facts->canonical_bytes);
    write_url(page, RECORD_META_REFRESH, facts->refresh, facts->refresh_bytes);
    write_robots(facts, page->writer);
}
