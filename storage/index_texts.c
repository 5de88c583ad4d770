/* Writes the full-text index: what an occurrence says (alt, title, caption, name of the file), once
 * for all occurrences that say the same. FTS5 keeps no copy of it (contentless). Thread and
 * transaction are job_index.c's. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "storage/index_private.h"
#include "storage/job_rows.h"

enum { FILE_NAME_BYTES = 512, SEED = 0 };

struct text_writer {
    sqlite3_stmt *put_text, *put_search;
    struct image_ids *ids; /* by fingerprint */
};

/* --- the name of a file -------------------------------------------------------------------- */

static int hex_digit(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10
                                        : -1;
}

static size_t unescape(const char *from, const char *end, char *out, size_t capacity)
{
    size_t used = 0;
    for (; from < end && used + 1 < capacity; from++) {
        bool is_escape =
            *from == '%' && end - from > 2 && hex_digit(from[1]) >= 0 && hex_digit(from[2]) >= 0;
        char c = is_escape ? (char)(hex_digit(from[1]) * 16 + hex_digit(from[2])) : *from;
        if (is_escape)
            from += 2;
        out[used++] = c ? c : ' ';
    }
    out[used] = '\0';
    return used;
}

size_t index_file_name(struct store_text url, char *out, size_t capacity)
{
    size_t end = 0, begin;
    out[0] = '\0';
    if (!url.data || (url.bytes >= 5 && memcmp(url.data, "data:", 5) == 0))
        return 0;
    while (end < url.bytes && url.data[end] != '?' && url.data[end] != '#')
        end++;
    for (begin = end; begin > 0 && url.data[begin - 1] != '/';)
        begin--;
    return unescape(url.data + begin, url.data + end, out, capacity);
}

/* --- rows ---------------------------------------------------------------------------------- */

/* Chained, so that it tells where one text ends and the next begins. */
static uint64_t hash_text(uint64_t before, struct store_text text)
{
    return XXH3_64bits_withSeed(text.data ? text.data : "", text.bytes, before + 1);
}

static int64_t fingerprint_of(const struct store_image *image, struct store_text file)
{
    uint64_t hash = hash_text(SEED, image->alt);
    hash = hash_text(hash, image->title);
    hash = hash_text(hash, image->caption);
    return (int64_t)hash_text(hash, file);
}

static int put_row(struct text_writer *writer, int64_t id, int64_t fingerprint,
                   const struct store_image *image, struct store_text file)
{
    struct db_values text = db_values(writer->put_text), search = db_values(writer->put_search);
    db_put_integer(&text, id);
    db_put_integer(&text, fingerprint);
    int r = db_values_run(&text);
    db_put_integer(&search, id);
    job_put_text(&search, image->alt);
    job_put_text(&search, image->title);
    job_put_text(&search, image->caption);
    job_put_text(&search, file);
    return r < 0 ? r : db_values_run(&search);
}

int text_writer_add(struct text_writer *writer, const struct store_image *image, int64_t *ret_id)
{
    char name[FILE_NAME_BYTES];
    struct store_text file = {name, index_file_name(image->url, name, sizeof(name))};
    bool is_new = false;
    int64_t fingerprint = fingerprint_of(image, file), id = 0;
    if (image->alt.bytes + image->title.bytes + image->caption.bytes + file.bytes == 0) {
        *ret_id = 0;
        return 0;
    }
    int r = image_ids_intern(writer->ids, (const char *)&fingerprint, sizeof(fingerprint), &id,
                             &is_new);
    if (r == 0 && is_new)
        r = put_row(writer, id, fingerprint, image, file);
    if (r == 0)
        *ret_id = id;
    return r;
}

/* --- the object ---------------------------------------------------------------------------- */

static int load_text(sqlite3_stmt *row, void *arg)
{
    struct text_writer *writer = arg;
    int64_t fingerprint = sqlite3_column_int64(row, 1);
    return image_ids_load(writer->ids, (const char *)&fingerprint, sizeof(fingerprint),
                          sqlite3_column_int64(row, 0));
}

int text_writer_new(sqlite3 *db, struct text_writer **ret_writer)
{
    struct text_writer *writer = calloc(1, sizeof(*writer));
    if (!writer)
        abort();
    writer->ids = image_ids_new(SEED);
    int r =
        db_prepare_kept(db, "INSERT INTO texts(id, fingerprint) VALUES (?, ?)", &writer->put_text);
    if (r == 0)
        r = db_prepare_kept(
            db, "INSERT INTO search(rowid, " INDEX_SEARCH_COLUMNS ") VALUES (?, ?, ?, ?, ?)",
            &writer->put_search);
    if (r == 0)
        r = db_each_of(db, "SELECT id, fingerprint FROM texts", load_text, writer);
    if (r < 0)
        text_writer_free(writer);
    else
        *ret_writer = writer;
    return r;
}

struct text_writer *text_writer_free(struct text_writer *writer)
{
    if (!writer)
        return NULL;
    db_finalize(writer->put_text);
    db_finalize(writer->put_search);
    image_ids_free(writer->ids);
    free(writer);
    return NULL;
}
