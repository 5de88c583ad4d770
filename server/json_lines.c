/* JSON lines; see json_lines.h. */
#include "server/json_lines.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/utf8.h"

/* The code unit of a \uXXXX escape at text, or -1. */
static long escaped_unit(const char *text)
{
    char digits[5] = {0};
    if (text[0] != '\\' || text[1] != 'u')
        return -1;
    memcpy(digits, text + 2, strnlen(text + 2, 4));
    char *end;
    long unit = strtol(digits, &end, 16);
    return end == digits + 4 ? unit : -1;
}

static bool is_high_surrogate(long unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(long unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* Surrogates that are not in pairs become U+FFFD, as where JavaScript hands a string to a URL; the
 * JSON library would refuse the line. */
static void replace_lone_surrogates(char *line)
{
    for (char *at = strchr(line, '\\'); at; at = strchr(at, '\\')) {
        long unit = escaped_unit(at);
        if (is_high_surrogate(unit) && is_low_surrogate(escaped_unit(at + 6))) {
            at += 12;
        } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
            memcpy(at + 2, "fffd", 4);
            at += 6;
        } else {
            at += at[1] ? 2 : 1;
        }
    }
}

static json_t *refuse(const char *problem, const char *example)
{
    json_t *text = json_sprintf("%s; send one JSON object a line, like %s", problem, example);
    return json_pack("{s:o}", "error", text ? text : json_string("not a JSON object"));
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\r\n")] == '\0';
}

static json_t *answer_line(char *line, size_t bytes, json_answer_fn answer, const char *example)
{
    json_error_t error;
    if (is_blank(line))
        return refuse("an empty line", example);
    replace_lone_surrogates(line);
    json_t *request = json_loadb(line, bytes, JSON_ALLOW_NUL, &error);
    if (!request) {
        char problem[JSON_ERROR_TEXT_LENGTH + 64];
        snprintf(problem, sizeof problem, "not JSON at column %d (%s)", error.column, error.text);
        return refuse(problem, example);
    }
    json_t *result = json_is_object(request) ? answer(request) : refuse("not an object", example);
    json_decref(request);
    return result;
}

static int write_line(FILE *out, const json_t *value)
{
    if (!value)
        return -ENOMEM;
    if (json_dumpf(value, out, JSON_COMPACT) < 0 || fputc('\n', out) == EOF || fflush(out) == EOF)
        return -EIO;
    return 0;
}

int json_lines_serve(FILE *in, FILE *out, json_answer_fn answer, const char *example)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t bytes;
    int status = 0;
    while (status == 0 && (bytes = getline(&line, &capacity, in)) >= 0) {
        json_t *result = answer_line(line, (size_t)bytes, answer, example);
        status = write_line(out, result);
        json_decref(result);
    }
    if (status == 0 && ferror(in))
        status = -EIO;
    free(line);
    return status;
}
