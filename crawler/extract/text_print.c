/* See text_print.h. The hash is FNV-1a, which takes bytes as they come. */
#include "crawler/extract/text_print.h"

#include <stdbool.h>
#include <string.h>

#include "crawler/extract/html_text.h"

static const uint64_t FNV_START = UINT64_C(0xcbf29ce484222325), FNV_PRIME = UINT64_C(0x100000001b3);

enum {
    MOST_DIGITS = 15, /* longer ones are no numbers of pages */
    NEAR = 10,
    BLANK = 1 /* a byte that no text has */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number at the start of a text; 0 bytes where none is. */
static size_t read_number(const char *text, size_t bytes, uint64_t *ret_number)
{
    size_t length = 0;
    uint64_t number = 0;
    while (length < bytes && is_digit(text[length])) {
        if (length < MOST_DIGITS)
            number = number * 10 + (uint64_t)(text[length] - '0');
        length++;
    }
    *ret_number = number;
    return length;
}

void text_print_begin(struct text_print *print, const char *url, size_t bytes)
{
    const char *at = url ? memchr(url, '?', bytes) : NULL, *end = at ? url + bytes : NULL;
    *print = (struct text_print){.hash = FNV_START};
    while (at < end && print->number_count < TEXT_PRINT_NUMBERS) {
        uint64_t number;
        size_t length = read_number(at, (size_t)(end - at), &number);
        if (length && length <= MOST_DIGITS)
            print->numbers[print->number_count++] = number;
        at += length ? length : 1;
    }
}

static bool is_between(uint64_t number, uint64_t of, uint64_t times, uint64_t margin)
{
    return number + margin >= of * times && number <= of * times + margin;
}

static bool follows(const struct text_print *print, uint64_t number)
{
    static const uint64_t page_sizes[] = {10, 20, 25, 50, 100};
    for (size_t i = 0; i < print->number_count; i++) {
        if (is_between(number, print->numbers[i], 1, NEAR))
            return true;
        for (size_t size = 0; size < sizeof page_sizes / sizeof *page_sizes; size++)
            if (is_between(number, print->numbers[i], page_sizes[size], page_sizes[size]))
                return true;
    }
    return false;
}

static void mix(struct text_print *print, char byte)
{
    print->hash = (print->hash ^ (unsigned char)byte) * FNV_PRIME;
}

void text_print_add(struct text_print *print, const char *text, size_t bytes)
{
    uint64_t number;
    for (size_t i = 0, length; i < bytes; i += length ? length : 1) {
        length = read_number(text + i, bytes - i, &number);
        if (length && length <= MOST_DIGITS && follows(print, number))
            mix(print, BLANK);
        else if (length || !html_is_space(text[i]))
            for (size_t k = 0; k < (length ? length : 1); k++)
                mix(print, text[i + k]);
    }
}

uint64_t text_print_value(const struct text_print *print)
{
    return print->hash ? print->hash : 1;
}
