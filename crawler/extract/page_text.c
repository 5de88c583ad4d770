/* See page_text.h. Runs in a parse process, for each element and text of a page. */
#include "crawler/extract/page_text.h"

#include "crawler/extract/html_text.h"
#include "crawler/extract/utf8.h"

static bool stands_apart(enum html_tag tag)
{
    switch (tag) {
    case HTML_ASIDE:
    case HTML_FOOTER:
    case HTML_HEADER:
    case HTML_NAV:
    case HTML_SCRIPT:
    case HTML_STYLE:
    case HTML_TITLE:
        return true;
    default:
        return false;
    }
}

void page_text_begin(struct page_text *text)
{
    text->apart = 0;
    text->heading_state = HEADING_NONE;
    text->characters = text->heading_bytes = text->start_bytes = 0;
}

void page_text_open(struct page_text *text, enum html_tag tag)
{
    if (stands_apart(tag))
        text->apart++;
    else if (tag == HTML_H1 && text->heading_state == HEADING_NONE)
        text->heading_state = HEADING_OPEN;
}

/* A heading of nothing but a logo leaves the place to the next. */
static void close_heading(struct page_text *text)
{
    if (text->heading_state == HEADING_OPEN)
        text->heading_state = text->heading_bytes ? HEADING_DONE : HEADING_NONE;
}

void page_text_close(struct page_text *text, enum html_tag tag)
{
    if (stands_apart(tag))
        text->apart--;
    else if (tag == HTML_H1)
        close_heading(text);
    if (tag != HTML_A && !text->apart) /* words of two paragraphs stay two */
        html_append_collapsed(text->start, &text->start_bytes, PAGE_TEXT_START_BYTES, " ");
}

/* First bytes of UTF-8 sequences are characters; those that continue them are not. */
static void count(struct page_text *text, const char *more)
{
    for (; *more && text->characters < PAGE_TEXT_MOST; more++)
        text->characters += !html_is_space(*more) && ((unsigned char)*more & 0xc0) != 0x80;
}

bool page_text_counts(const struct page_text *text)
{
    return !text->apart || text->heading_state == HEADING_OPEN;
}

void page_text_add(struct page_text *text, const char *more)
{
    if (text->heading_state == HEADING_OPEN)
        html_append_collapsed(text->heading, &text->heading_bytes, PAGE_TEXT_HEADING_BYTES, more);
    if (text->apart || text->characters >= PAGE_TEXT_MOST)
        return;
    count(text, more);
    html_append_collapsed(text->start, &text->start_bytes, PAGE_TEXT_START_BYTES, more);
}

static void end_string(char *data, size_t *bytes)
{
    if (*bytes && data[*bytes - 1] == ' ')
        --*bytes;
    *bytes = utf8_valid_prefix(data, *bytes); /* the last character may be cut */
    data[*bytes] = '\0';
}

void page_text_end(struct page_text *text)
{
    end_string(text->heading, &text->heading_bytes);
    end_string(text->start, &text->start_bytes);
}
