/* See trap_text.h.
 *
 * Dates: /2031/3 and /2031/03/05 in a path; 2031-03, 2031_3_5, 20310305 and 203103 anywhere behind
 * the host; parameters named for year, month and day, once there is one for the year. A year alone
 * is none: it is too often something else. */
#include "crawler/frontier/trap_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "crawler/frontier/url_cleaning.h"

/* Dates */

struct digits {
    size_t count;
    int value;
};

/* The digits at a place, all of them (up to nine). */
static struct digits read_digits(const char *at, const char *end)
{
    struct digits digits = {0};
    while (at < end && isdigit((unsigned char)*at) && digits.count < 9) {
        digits.value = digits.value * 10 + (*at++ - '0');
        digits.count++;
    }
    return digits;
}

static bool is_between(int value, int least, int most)
{
    return value >= least && value <= most;
}

/* 20310305 or 203103. */
static size_t read_compact(struct digits digits, int *ret_month)
{
    int year = digits.value / (digits.count == 8 ? 10000 : 100);
    int month = digits.count == 8 ? digits.value / 100 % 100 : digits.value % 100;
    if (!is_between(year, 1800, 2999) || !is_between(month, 1, 12) ||
        (digits.count == 8 && !is_between(digits.value % 100, 1, 31)))
        return 0;
    *ret_month = year * 12 + month - 1;
    return digits.count;
}

/* The bytes of a date that begins here; 0: none does. */
static size_t read_date(const char *at, const char *end, bool begins_segment, int *ret_month)
{
    struct digits year = read_digits(at, end), month, day;
    if (year.count == 8 || year.count == 6)
        return read_compact(year, ret_month);
    const char *next = at + year.count;
    if (year.count != 4 || year.value < 1000 || next >= end)
        return 0;
    char separator = *next;
    if (separator != '-' && separator != '_' && !(separator == '/' && begins_segment))
        return 0;
    month = read_digits(next + 1, end);
    if (month.count < 1 || month.count > 2 || !is_between(month.value, 1, 12))
        return 0;
    *ret_month = year.value * 12 + month.value - 1;
    next += 1 + month.count;
    if (next >= end || *next != separator)
        return (size_t)(next - at);
    day = read_digits(next + 1, end);
    if (day.count < 1 || day.count > 2 || !is_between(day.value, 1, 31))
        return (size_t)(next - at);
    return (size_t)(next - at) + 1 + day.count;
}

static bool is_one_of(const char *const *names, size_t count, struct url_slice name)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == name.bytes && strncasecmp(names[i], name.data, name.bytes) == 0)
            return true;
    return false;
}

static bool is_year(struct url_slice name, struct url_slice value)
{
    static const char *const names[] = {"year", "yr", "yyyy", "y", "jahr", "cal_year"};
    return value.bytes == 4 && read_digits(value.data, value.data + 4).count == 4 &&
           is_one_of(names, sizeof names / sizeof *names, name);
}

static bool is_month(struct url_slice name, struct url_slice value)
{
    static const char *const names[] = {"month", "mon", "mm", "m", "monat", "cal_month"};
    return value.bytes <= 2 && read_digits(value.data, value.data + value.bytes).count > 0 &&
           is_one_of(names, sizeof names / sizeof *names, name);
}

static bool is_day(struct url_slice name, struct url_slice value)
{
    static const char *const names[] = {"day", "dd", "d", "tag", "week", "w", "cal_day"};
    return value.bytes <= 2 && read_digits(value.data, value.data + value.bytes).count > 0 &&
           is_one_of(names, sizeof names / sizeof *names, name);
}

/* Writing */

struct writer {
    struct trap_text *text;
    unsigned replace;
    const char *end; /* of the URL */
};

static void put(struct writer *writer, const char *data, size_t bytes)
{
    struct trap_text *text = writer->text;
    size_t room = sizeof text->text - 1 - text->bytes;
    bytes = bytes < room ? bytes : room;
    memcpy(text->text + text->bytes, data, bytes);
    text->bytes += bytes;
}

static void put_date(struct writer *writer, int month)
{
    if (!writer->text->has_date)
        writer->text->month = month;
    writer->text->has_date = true;
    put(writer, "{date}", 6);
}

static void put_token(struct writer *writer, struct url_slice token, bool is_sure)
{
    struct trap_text *text = writer->text;
    if (!text->has_token) {
        text->token = token;
        text->token_is_sure = is_sure;
        text->token_prefix = text->bytes;
    }
    text->has_token = true;
    put(writer, "{session}", 9);
}

/* A piece between two delimiters; returns where it went on to, a date may reach over slashes. */
static const char *put_piece(struct writer *writer, struct url_slice piece, bool is_segment)
{
    const char *at = piece.data, *end = piece.data + piece.bytes;
    int month = 0;
    if ((writer->replace & TRAP_TEXT_TOKENS) && url_text_is_token(piece)) {
        put_token(writer, piece, false);
        return end;
    }
    while (at < end) {
        const char *start = at;
        bool digit = isdigit((unsigned char)*at);
        size_t bytes = 0;
        if (digit && (writer->replace & TRAP_TEXT_DATES))
            bytes = read_date(at, is_segment && at == piece.data ? writer->end : end,
                              is_segment && at == piece.data, &month);
        if (bytes > 0) {
            put_date(writer, month);
            at += bytes;
            continue;
        }
        while (at < end && (isdigit((unsigned char)*at) != 0) == digit)
            at++;
        put(writer, start, (size_t)(at - start));
    }
    return at;
}

static struct url_slice up_to(const char *at, const char *end, const char *delimiters)
{
    const char *stop = at;
    while (stop < end && !strchr(delimiters, *stop))
        stop++;
    return (struct url_slice){at, (size_t)(stop - at)};
}

/* name=value; behind a ';' of the path, or in the query. */
static const char *put_parameter(struct writer *writer, const char *at, const char *end,
                                 const char *stops, bool has_year, int year)
{
    struct url_slice whole = up_to(at, end, stops);
    struct url_slice name = up_to(at, at + whole.bytes, "="), value = {"", 0};
    if (name.bytes < whole.bytes)
        value = (struct url_slice){at + name.bytes + 1, whole.bytes - name.bytes - 1};
    put(writer, at, whole.bytes - value.bytes);
    if ((writer->replace & TRAP_TEXT_TOKENS) && value.bytes >= 8 &&
        url_parameter_is_session(name, value))
        put_token(writer, value, true);
    else if ((writer->replace & TRAP_TEXT_COUNTS) && url_parameter_may_count(name, value))
        put_token(writer, value, false);
    else if (has_year && (writer->replace & TRAP_TEXT_DATES) &&
             (is_year(name, value) || is_month(name, value) || is_day(name, value)))
        put_date(writer, year * 12);
    else
        put_piece(writer, value, false);
    return at + whole.bytes;
}

/* The year that a parameter tells; false: none does. */
static bool find_year(const char *query, const char *end, int *ret_year)
{
    while (query < end) {
        struct url_slice whole = up_to(query, end, "&");
        struct url_slice name = up_to(query, query + whole.bytes, "=");
        if (name.bytes + 5 == whole.bytes) {
            struct url_slice value = {query + name.bytes + 1, 4};
            if (is_year(name, value)) {
                *ret_year = read_digits(value.data, value.data + 4).value;
                return true;
            }
        }
        query += whole.bytes + 1;
    }
    return false;
}

static const char *put_path(struct writer *writer, const char *at)
{
    const char *end = writer->end;
    while (at < end && *at != '?') {
        char delimiter = *at;
        put(writer, at++, 1);
        if (delimiter == ';')
            at = put_parameter(writer, at, end, ";/?", false, 0);
        else
            at = put_piece(writer, up_to(at, end, "/;?"), delimiter == '/');
    }
    return at;
}

static void put_query(struct writer *writer, const char *at)
{
    int year = 0;
    bool has_year = find_year(at + 1, writer->end, &year);
    while (at < writer->end) {
        put(writer, at++, 1); /* '?' or '&' */
        at = put_parameter(writer, at, writer->end, "&", has_year, year);
    }
}

void trap_text_of(const char *url, size_t bytes, unsigned replace, struct trap_text *ret_text)
{
    struct writer writer = {.text = ret_text, .replace = replace, .end = url + bytes};
    ret_text->bytes = 0;
    ret_text->has_date = ret_text->has_token = ret_text->token_is_sure = false;
    const char *host = memmem(url, bytes, "//", 2);
    const char *path = host ? memchr(host + 2, '/', bytes - (size_t)(host + 2 - url)) : NULL;
    if (path) {
        put(&writer, url, (size_t)(path - url));
        path = put_path(&writer, path);
        put_query(&writer, path);
    }
    ret_text->text[ret_text->bytes] = '\0';
}

/* Numbers */

/* "7", "-5", "+5", "%2B5" */
static bool is_number(struct url_slice value)
{
    size_t sign = value.bytes > 0 && (*value.data == '-' || *value.data == '+') ? 1 : 0;
    if (value.bytes > 3 && strncasecmp(value.data, "%2b", 3) == 0)
        sign = 3;
    for (size_t i = sign; i < value.bytes; i++)
        if (!isdigit((unsigned char)value.data[i]))
            return false;
    return value.bytes > sign;
}

bool trap_text_without_numbers(const struct trap_text *text, char *pattern, size_t bytes)
{
    const char *end = text->text + text->bytes, *at = memchr(text->text, '?', text->bytes);
    size_t length = at ? (size_t)(at + 1 - text->text) : 0;
    bool has_number = false;
    if (!at || length >= bytes)
        return false;
    memcpy(pattern, text->text, length);
    for (at++; at < end; at++) { /* from parameter to parameter */
        struct url_slice whole = up_to(at, end, "&"), name = up_to(at, at + whole.bytes, "=");
        struct url_slice value = {at + name.bytes + 1, 0};
        value.bytes = name.bytes < whole.bytes ? whole.bytes - name.bytes - 1 : 0;
        bool is_number_here = is_number(value);
        int kept = (int)(is_number_here ? name.bytes + 1 : whole.bytes);
        has_number = has_number || is_number_here;
        length +=
            (size_t)snprintf(pattern + length, bytes - length, "%.*s%s%s", kept, at,
                             is_number_here ? "{number}" : "", at + whole.bytes < end ? "&" : "");
        if (length >= bytes)
            return false;
        at += whole.bytes;
    }
    return has_number;
}
