/* Sitemaps as XML: expat's events → the place in the document (sitemap_rules) → fields of an entry
 * → the record (sitemap_writer).
 *
 * A document at fault is read as far as it goes, with what the entry at hand has by then. What only
 * an attacker writes ends the reading as refused: entities made of entities (a sitemap may define
 * simple ones), default attributes, absurd nesting. Nothing outside of the document is ever read,
 * because no handler for external entities is set. Behind all that stand expat's own limits of
 * amplification (since 2.4). The text is given to expat in one piece: in many, older versions read
 * a long token again from its start with each.
 */
#include "crawler/extract/sitemap_xml.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define XML_DTD /* what the header wants, to declare the limits of amplification */
#include <expat.h>

#include "crawler/extract/html_text.h"
#include "crawler/extract/sitemap_rules.h"
#include "crawler/extract/sitemap_writer.h"
#include "crawler/extract/url.h"

enum { DEPTH_MAX = 128, TEXT_CAPACITY = 2 * URL_MAX_BYTES };

static const float amplification_max = 10.0f;
static const unsigned long long amplification_free_bytes = 1 << 20;

struct reader {
    XML_Parser parser;
    struct sitemap_writer *writer;
    const struct url *base;
    enum sitemap_place path[DEPTH_MAX];
    unsigned depth;  /* of path; its last is where we are */
    bool is_stopped; /* expat may still call once or twice */

    bool has_entry; /* one is begun and not yet written */
    bool is_plain;  /* its Atom link has no rel, which none can better */
    bool has_image;
    struct flat_sitemap_entry entry;
    struct flat_text guid; /* stands in where an item has no link */
    struct flat_sitemap_image image;

    char text[TEXT_CAPACITY]; /* of the element that is open; more is cut */
    size_t text_bytes;
};

static void stop(struct reader *reader, uint32_t flags)
{
    if (reader->is_stopped)
        return;
    reader->is_stopped = true;
    sitemap_writer_flag(reader->writer, flags);
    XML_StopParser(reader->parser, XML_FALSE);
}

static bool is_absent(struct flat_text text)
{
    return text.offset == FLAT_TEXT_ABSENT;
}

/* --- entries and their images --- */

static void begin_entry(struct reader *reader, uint32_t flags)
{
    reader->has_entry = true;
    reader->is_plain = false;
    reader->guid = record_text_absent;
    reader->entry = (struct flat_sitemap_entry){
        .loc = record_text_absent,
        .lastmod = record_text_absent,
        .changefreq = record_text_absent,
        .priority = record_text_absent,
        .flags = flags,
    };
}

static void begin_image(struct reader *reader)
{
    reader->has_image = true;
    reader->image = (struct flat_sitemap_image){
        .loc = record_text_absent, .title = record_text_absent, .caption = record_text_absent};
}

static void end_image(struct reader *reader)
{
    if (reader->has_image)
        sitemap_writer_image(reader->writer, &reader->image);
    reader->has_image = false;
}

static void end_entry(struct reader *reader)
{
    if (!reader->has_entry)
        return;
    reader->has_entry = false;
    if (is_absent(reader->entry.loc))
        reader->entry.loc = reader->guid;
    if (!sitemap_writer_entry(reader->writer, &reader->entry))
        stop(reader, 0);
}

/* The first of several counts. */
static void set_text(struct reader *reader, struct flat_text *field)
{
    if (is_absent(*field))
        *field = sitemap_writer_text(reader->writer, reader->text, reader->text_bytes);
}

static void set_url(struct reader *reader, const struct url *base, struct flat_text *field)
{
    if (is_absent(*field))
        *field = sitemap_writer_url(reader->writer, base, reader->text, reader->text_bytes);
}

static void take_text(struct reader *reader, enum sitemap_place place)
{
    switch (place) {
    case PLACE_LOC:
        set_url(reader, reader->base, &reader->entry.loc);
        break;
    case PLACE_GUID: /* a URL or any other identifier, whatever isPermaLink says */
        set_url(reader, NULL, &reader->guid);
        break;
    case PLACE_LASTMOD:
        set_text(reader, &reader->entry.lastmod);
        break;
    case PLACE_CHANGEFREQ:
        set_text(reader, &reader->entry.changefreq);
        break;
    case PLACE_PRIORITY:
        set_text(reader, &reader->entry.priority);
        break;
    case PLACE_IMAGE_LOC:
        set_url(reader, reader->base, &reader->image.loc);
        break;
    case PLACE_IMAGE_TITLE:
        set_text(reader, &reader->image.title);
        break;
    case PLACE_IMAGE_CAPTION:
        set_text(reader, &reader->image.caption);
        break;
    default:
        break;
    }
}

static const char *attribute(const XML_Char *const *attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcasecmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

/* RFC 4287 §4.2.7.2: without rel, a link is an alternate; feeds with both mean the plain one. */
static void take_atom_link(struct reader *reader, const XML_Char *const *attributes)
{
    const char *href = attribute(attributes, "href");
    const char *rel = attribute(attributes, "rel");
    if (!href || (rel && strcasecmp(rel, "alternate") != 0) || reader->is_plain)
        return;
    if (rel && !is_absent(reader->entry.loc))
        return;
    struct flat_text url = sitemap_writer_url(reader->writer, reader->base, href, strlen(href));
    if (is_absent(url))
        return;
    reader->entry.loc = url;
    reader->is_plain = !rel;
}

/* --- expat's events --- */

static void begin_place(struct reader *reader, enum sitemap_place place,
                        const XML_Char *const *attributes)
{
    switch (place) {
    case PLACE_URL:
    case PLACE_ITEM:
    case PLACE_ENTRY:
        begin_entry(reader, 0);
        break;
    case PLACE_SITEMAP:
        begin_entry(reader, SITEMAP_ENTRY_NESTED);
        break;
    case PLACE_IMAGE:
        begin_image(reader);
        break;
    case PLACE_ATOM_LINK:
        take_atom_link(reader, attributes);
        break;
    default:
        break;
    }
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = arg;
    if (reader->is_stopped)
        return;
    if (reader->depth == DEPTH_MAX) {
        stop(reader, SITEMAP_REFUSED);
        return;
    }
    enum sitemap_place around = reader->path[reader->depth - 1];
    enum sitemap_place place = sitemap_place_of(around, name);
    if (around == PLACE_DOCUMENT)
        sitemap_writer_kind(reader->writer, sitemap_kind_of(name));
    if (around == PLACE_DOCUMENT && place == PLACE_ELSEWHERE)
        stop(reader, 0);
    reader->path[reader->depth++] = place;
    if (place >= PLACE_FIRST_TEXT)
        reader->text_bytes = 0;
    begin_place(reader, place, (const XML_Char *const *)attributes);
}

static void on_end(void *arg, const XML_Char *name)
{
    struct reader *reader = arg;
    (void)name;
    if (reader->is_stopped)
        return;
    enum sitemap_place place = reader->path[--reader->depth];
    if (place >= PLACE_FIRST_TEXT)
        take_text(reader, place);
    else if (place == PLACE_IMAGE)
        end_image(reader);
    else if (place == PLACE_URL || place == PLACE_SITEMAP || place == PLACE_ITEM ||
             place == PLACE_ENTRY)
        end_entry(reader);
}

static void on_text(void *arg, const XML_Char *text, int bytes)
{
    struct reader *reader = arg;
    if (reader->is_stopped || reader->path[reader->depth - 1] < PLACE_FIRST_TEXT)
        return;
    if (!reader->text_bytes) /* so that white space before it does not fill the room */
        while (bytes && html_is_space(*text)) {
            text++;
            bytes--;
        }
    size_t fits = utf8_cut(text, (size_t)bytes, TEXT_CAPACITY - reader->text_bytes);
    memcpy(reader->text + reader->text_bytes, text, fits);
    reader->text_bytes += fits;
}

/* value: general entities in it are still written as references. */
static void on_entity(void *arg, const XML_Char *name, int is_parameter, const XML_Char *value,
                      int value_bytes, const XML_Char *base, const XML_Char *system_id,
                      const XML_Char *public_id, const XML_Char *notation)
{
    (void)name, (void)is_parameter, (void)base, (void)system_id, (void)public_id, (void)notation;
    if (value && memchr(value, '&', (size_t)value_bytes))
        stop(arg, SITEMAP_REFUSED);
}

/* Given to each element anew, they are work without bytes. */
static void on_attribute_list(void *arg, const XML_Char *element, const XML_Char *name,
                              const XML_Char *type, const XML_Char *value, int is_required)
{
    (void)element, (void)name, (void)type, (void)value, (void)is_required;
    stop(arg, SITEMAP_REFUSED);
}

/* --- the document --- */

static void set_up(struct reader *reader, unsigned long salt)
{
    XML_Parser parser = reader->parser;
    XML_SetHashSalt(parser, salt ? salt : 1);
    XML_SetUserData(parser, reader);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetEntityDeclHandler(parser, on_entity);
    XML_SetAttlistDeclHandler(parser, on_attribute_list);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(parser, amplification_max);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(parser, amplification_free_bytes);
}

static int judge(struct reader *reader, uint32_t lines_before)
{
    enum XML_Error error = XML_GetErrorCode(reader->parser);
    if (error == XML_ERROR_NO_MEMORY)
        return -ENOMEM;
    if (error == XML_ERROR_AMPLIFICATION_LIMIT_BREACH)
        sitemap_writer_flag(reader->writer, SITEMAP_REFUSED);
    else if (!reader->is_stopped)
        sitemap_writer_flag(reader->writer, SITEMAP_BROKEN);
    if (error != XML_ERROR_ABORTED)
        sitemap_writer_fault(reader->writer,
                             lines_before + (uint32_t)XML_GetCurrentLineNumber(reader->parser));
    end_image(reader);
    end_entry(reader);
    return 0;
}

int sitemap_xml_read(struct sitemap_writer *writer, const struct sitemap_xml_input *input)
{
    struct reader reader = {.writer = writer, .base = input->base, .depth = 1};
    reader.path[0] = PLACE_DOCUMENT;
    reader.parser = XML_ParserCreate("UTF-8"); /* whatever the declaration says: it was converted */
    if (!reader.parser)
        return -ENOMEM;
    set_up(&reader, input->salt);
    int bytes = input->bytes < INT_MAX / 2 ? (int)input->bytes : INT_MAX / 2;
    int rc = 0;
    if (XML_Parse(reader.parser, input->text, bytes, XML_TRUE) != XML_STATUS_OK)
        rc = judge(&reader, input->lines_before);
    XML_ParserFree(reader.parser);
    return rc;
}
