/* Tokens of CSS; see css_tokens.h. Function by function as the standard's "consume a ..." (CSS
 * Syntax Level 3, 4.3). Its preprocessing (3.3) is done in passing: CR, FF and LF are all newlines,
 * U+0000 stands for U+FFFD. */
#include "crawler/extract/css_tokens.h"

#include <stdint.h>
#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/utf8.h"

enum { ESCAPE_HEX_DIGITS = 6, ESCAPE_MAX_GROWTH = 3 /* "\" at the end becomes U+FFFD */ };

/* --- what a byte is --- */

static bool is_newline(char c)
{
    return c == '\n' || c == '\r' || c == '\f';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || is_newline(c);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '\0' ||
           (unsigned char)c >= 0x80;
}

static bool is_name(char c)
{
    return is_name_start(c) || is_digit(c) || c == '-';
}

static bool is_non_printable(char c)
{
    return (c > 0 && c <= 8) || c == 0x0b || (c >= 0x0e && c <= 0x1f) || c == 0x7f;
}

/* --- looking ahead --- */

static size_t left(const struct css_tokens *in)
{
    return (size_t)(in->end - in->at);
}

static bool begins_with(const struct css_tokens *in, const char *text)
{
    size_t bytes = strlen(text);
    return left(in) >= bytes && memcmp(in->at, text, bytes) == 0;
}

/* A backslash at the end of the input counts: it stands for U+FFFD. */
static bool is_escape(const char *at, const char *end)
{
    return at < end && *at == '\\' && (at + 1 == end || !is_newline(at[1]));
}

static bool starts_name(const struct css_tokens *in)
{
    const char *at = in->at;
    if (at < in->end && *at == '-') {
        at++;
        if (at < in->end && *at == '-')
            return true;
    }
    return at < in->end && (is_name_start(*at) || is_escape(at, in->end));
}

static bool starts_number(const struct css_tokens *in)
{
    const char *at = in->at;
    if (*at == '+' || *at == '-')
        at++;
    if (at < in->end && *at == '.')
        at++;
    return at < in->end && is_digit(*at);
}

/* --- moving on --- */

static void skip_spaces(struct css_tokens *in)
{
    while (in->at < in->end && is_space(*in->at))
        in->at++;
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One white space after the digits belongs to the escape; CR LF is one. */
static const char *skip_escape_space(const char *at, const char *end)
{
    if (at == end || !is_space(*at))
        return at;
    return at[0] == '\r' && at + 1 < end && at[1] == '\n' ? at + 2 : at + 1;
}

/* The digits after a backslash at at - 1; the code point may be none. */
static const char *read_hex(const char *at, const char *end, uint32_t *ret_code)
{
    uint32_t code = 0;
    for (int i = 0; i < ESCAPE_HEX_DIGITS && at < end && hex_value(*at) >= 0; i++, at++)
        code = code * 16 + (uint32_t)hex_value(*at);
    *ret_code = code;
    return skip_escape_space(at, end);
}

/* A backslash and what it escapes; in a string that may be a newline. */
static void skip_escape(struct css_tokens *in)
{
    uint32_t code;
    in->at++;
    if (in->at == in->end)
        return;
    if (is_newline(*in->at))
        in->at = skip_escape_space(in->at, in->end);
    else if (hex_value(*in->at) >= 0)
        in->at = read_hex(in->at, in->end, &code);
    else
        in->at++;
}

static void skip_name(struct css_tokens *in)
{
    while (in->at < in->end) {
        if (is_name(*in->at))
            in->at++;
        else if (is_escape(in->at, in->end))
            skip_escape(in);
        else
            return;
    }
}

static void skip_comment(struct css_tokens *in)
{
    in->at += 2;
    const char *close = memmem(in->at, left(in), "*/", 2);
    in->at = close ? close + 2 : in->end;
}

/* --- tokens --- */

/* What lies between start and the reader. */
static struct css_token token_of(const struct css_tokens *in, enum css_token_kind kind,
                                 const char *start)
{
    size_t bytes = (size_t)(in->at - start);
    bool has_escapes = memchr(start, '\\', bytes) || memchr(start, '\0', bytes);
    return (struct css_token){
        .kind = kind, .text = start, .bytes = bytes, .has_escapes = has_escapes};
}

static struct css_token skip_as(struct css_tokens *in, size_t bytes, enum css_token_kind kind)
{
    struct css_token token = {.kind = kind, .text = in->at, .bytes = bytes, .bracket = *in->at};
    in->at += bytes;
    return token;
}

static struct css_token read_string(struct css_tokens *in)
{
    char quote = *in->at++;
    const char *start = in->at;
    while (in->at < in->end && *in->at != quote) {
        if (is_newline(*in->at))
            return token_of(in, CSS_BAD_STRING, start);
        if (*in->at == '\\')
            skip_escape(in);
        else
            in->at++;
    }
    struct css_token token = token_of(in, CSS_STRING, start);
    if (in->at < in->end)
        in->at++;
    return token;
}

static struct css_token read_bad_url(struct css_tokens *in, const char *start)
{
    while (in->at < in->end && *in->at != ')') {
        if (is_escape(in->at, in->end))
            skip_escape(in);
        else
            in->at++;
    }
    struct css_token token = token_of(in, CSS_BAD_URL, start);
    if (in->at < in->end)
        in->at++;
    return token;
}

/* After the last character of an unquoted URL: spaces, then nothing but the end. */
static struct css_token end_url(struct css_tokens *in, const char *start)
{
    struct css_token token = token_of(in, CSS_URL, start);
    skip_spaces(in);
    if (in->at < in->end && *in->at != ')')
        return read_bad_url(in, start);
    if (in->at < in->end)
        in->at++;
    return token;
}

static struct css_token read_url(struct css_tokens *in)
{
    skip_spaces(in);
    const char *start = in->at;
    while (in->at < in->end && *in->at != ')' && !is_space(*in->at)) {
        char c = *in->at;
        bool is_escaped = is_escape(in->at, in->end);
        if (c == '"' || c == '\'' || c == '(' || is_non_printable(c) || (c == '\\' && !is_escaped))
            return read_bad_url(in, start);
        if (is_escaped)
            skip_escape(in);
        else
            in->at++;
    }
    return end_url(in, start);
}

/* url( before a quote is a function like others. */
static bool has_quoted_argument(const struct css_tokens *in)
{
    struct css_tokens ahead = *in;
    skip_spaces(&ahead);
    return ahead.at < ahead.end && (*ahead.at == '"' || *ahead.at == '\'');
}

static struct css_token read_name(struct css_tokens *in)
{
    const char *start = in->at;
    skip_name(in);
    struct css_token token = token_of(in, CSS_IDENT, start);
    if (in->at == in->end || *in->at != '(')
        return token;
    in->at++;
    token.kind = CSS_FUNCTION;
    if (css_token_is(&token, "url") && !has_quoted_argument(in))
        return read_url(in);
    return token;
}

static struct css_token read_at_keyword(struct css_tokens *in)
{
    struct css_tokens ahead = {.at = in->at + 1, .end = in->end};
    if (!starts_name(&ahead))
        return skip_as(in, 1, CSS_OTHER);
    in->at++;
    const char *start = in->at;
    skip_name(in);
    return token_of(in, CSS_AT_KEYWORD, start);
}

/* A number with its unit: "1url(" is one and a parenthesis, no URL. */
static struct css_token read_number(struct css_tokens *in)
{
    const char *start = in->at++;
    while (in->at < in->end && (is_digit(*in->at) || *in->at == '.'))
        in->at++;
    if (starts_name(in))
        skip_name(in);
    return token_of(in, CSS_OTHER, start);
}

static struct css_token read_hash(struct css_tokens *in)
{
    const char *start = in->at++;
    skip_name(in);
    return token_of(in, CSS_OTHER, start);
}

static struct css_token read_other(struct css_tokens *in)
{
    if (begins_with(in, "<!--"))
        return skip_as(in, 4, CSS_SPACE);
    if (begins_with(in, "-->"))
        return skip_as(in, 3, CSS_SPACE);
    if (starts_number(in))
        return read_number(in);
    if (starts_name(in))
        return read_name(in);
    return skip_as(in, 1, CSS_OTHER);
}

struct css_token css_tokens_next(struct css_tokens *in)
{
    if (in->at == in->end)
        return (struct css_token){.kind = CSS_END, .text = in->at};
    const char *start = in->at;
    if (begins_with(in, "/*")) {
        skip_comment(in);
        return token_of(in, CSS_SPACE, start);
    }
    switch (*in->at) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case '\f':
        skip_spaces(in);
        return token_of(in, CSS_SPACE, start);
    case '"':
    case '\'':
        return read_string(in);
    case '(':
    case '[':
    case '{':
        return skip_as(in, 1, CSS_OPEN);
    case ')':
    case ']':
    case '}':
        return skip_as(in, 1, CSS_CLOSE);
    case ';':
        return skip_as(in, 1, CSS_SEMICOLON);
    case '@':
        return read_at_keyword(in);
    case '#':
        return read_hash(in);
    default:
        return read_other(in);
    }
}

/* --- what a token means --- */

static size_t put_code_point(char *out, uint32_t code)
{
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        code = 0xfffd;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* The escape at at, a backslash. A newline after it, or the end, says nothing in a string. */
static const char *decode_escape(const char *at, const char *end, bool is_string, char *out,
                                 size_t *ret_bytes)
{
    at++;
    *ret_bytes = 0;
    if (at == end) {
        if (!is_string)
            *ret_bytes = put_code_point(out, 0);
        return at;
    }
    if (is_newline(*at))
        return skip_escape_space(at, end);
    if (hex_value(*at) < 0) {
        *ret_bytes = *at ? 1 : put_code_point(out, 0);
        if (*at)
            *out = *at;
        return at + 1;
    }
    uint32_t code;
    at = read_hex(at, end, &code);
    *ret_bytes = put_code_point(out, code);
    return at;
}

/* One character or escape at at, as up to 4 bytes. */
static const char *decode_one(const struct css_token *token, const char *at, char *out,
                              size_t *ret_bytes)
{
    if (*at == '\\')
        return decode_escape(at, token->text + token->bytes, token->kind == CSS_STRING, out,
                             ret_bytes);
    *ret_bytes = *at ? 1 : put_code_point(out, 0);
    if (*at)
        *out = *at;
    return at + 1;
}

bool css_token_is(const struct css_token *token, const char *name)
{
    const char *at = token->text;
    const char *end = at + token->bytes;
    while (at < end) {
        char decoded[4];
        size_t bytes;
        at = decode_one(token, at, decoded, &bytes);
        for (size_t i = 0; i < bytes; i++, name++) {
            char c =
                decoded[i] >= 'A' && decoded[i] <= 'Z' ? (char)(decoded[i] | 0x20) : decoded[i];
            if (*name == '\0' || c != *name)
                return false;
        }
    }
    return *name == '\0';
}

const char *css_token_text(struct arena *arena, const struct css_token *token, size_t *ret_bytes)
{
    *ret_bytes = token->bytes;
    if (!token->has_escapes)
        return token->text;
    char *text = arena_alloc(arena, token->bytes * ESCAPE_MAX_GROWTH + 1);
    if (!text)
        return NULL;
    const char *at = token->text;
    size_t used = 0;
    while (at < token->text + token->bytes) {
        size_t bytes;
        at = decode_one(token, at, text + used, &bytes);
        used += bytes;
    }
    *ret_bytes = used;
    return text;
}
