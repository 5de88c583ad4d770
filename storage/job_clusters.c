/* See job_clusters.h.
 *
 * Near: perceptual hashes of 64 bits that differ in NEAR_BITS at most. Cut into four bands, one at
 * least differs in no more than one bit, so only the hashes in the buckets of a band's value and of
 * those one bit from it are compared (multi-index hashing). An image joins the first cluster whose
 * first image is near: nothing is chained over several. Hashes of next to no detail (plain areas)
 * are near to each other without being the same picture and are left out. Of a bucket the first
 * DEEPEST are looked at, and all in all no longer than MOST_SECONDS, so that the time is bounded
 * whatever is there.
 */
#include "storage/job_clusters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

#include "storage/job_rows.h"
#include "storage/size_variant.h"

enum {
    NEAR_BITS = 6,
    BANDS = 4, /* NEAR_BITS / BANDS is 1 */
    BAND_BITS = 16,
    BUCKETS = 1 << BAND_BITS,
    DEEPEST = 400,
    LEAST_DETAIL = 6, /* bits that are set, and that are not */
    MOST_IMAGES = 4000000,
    MOST_SECONDS = 20,
    LOOKS_BETWEEN_TIMES = 4096,
    NOBODY = -1
};

struct member {
    int64_t id;
    uint64_t sha; /* its first bytes; 0: not known */
    uint64_t hash;
    uint64_t rest; /* fingerprint of the URL without its size */
    int32_t first; /* the index of its cluster's first image; itself at first */
    uint32_t width, height;
    bool had_size; /* in its URL */
};

/* First images of clusters whose hashes share a band's value. */
struct bucket {
    struct near_member {
        uint64_t hash;
        int32_t index;
    } * items;
    uint32_t count, capacity;
};

struct members {
    struct member *items;
    size_t count, capacity;
    int32_t *order; /* for sorting */
    struct bucket buckets[BANDS][BUCKETS];
};

/* --- reading ------------------------------------------------------------------------------- */

static struct member *add_member(struct members *members)
{
    if (members->count == members->capacity) {
        members->capacity = members->capacity ? members->capacity * 2 : 1024;
        void *items = realloc(members->items, members->capacity * sizeof(*members->items));
        if (!items)
            abort();
        members->items = items;
    }
    return &members->items[members->count++];
}

static void read_rest(struct member *member, struct store_text url)
{
    char *rest = malloc(url.bytes + 2);
    size_t bytes = 0;
    if (!rest)
        abort();
    member->had_size = size_variant_rest(url.data, url.bytes, rest, &bytes);
    member->rest = member->had_size ? XXH3_64bits(rest, bytes) : XXH3_64bits(url.data, url.bytes);
    free(rest);
}

static int read_member(sqlite3_stmt *row, void *arg)
{
    struct members *members = arg;
    if (members->count == MOST_IMAGES)
        return 1;
    int32_t index = (int32_t)members->count;
    struct member *member = add_member(members);
    *member = (struct member){.id = sqlite3_column_int64(row, 0),
                              .width = (uint32_t)sqlite3_column_int64(row, 2),
                              .height = (uint32_t)sqlite3_column_int64(row, 3),
                              .hash = (uint64_t)sqlite3_column_int64(row, 5),
                              .first = index};
    if (sqlite3_column_bytes(row, 4) >= (int)sizeof(member->sha))
        memcpy(&member->sha, sqlite3_column_blob(row, 4), sizeof(member->sha));
    read_rest(member, job_column_text(row, 1));
    return 0;
}

static int read_members(sqlite3 *db, struct members *members)
{
    int r = db_each_of(db,
                       "SELECT i.id, i.url, p.width, p.height, p.sha256, p.perceptual_hash"
                       " FROM images i JOIN probes p ON p.image_id = i.id"
                       " WHERE p.state = 'done' AND p.type LIKE 'image/%' ORDER BY i.id",
                       read_member, members);
    return r < 0 ? r : 0;
}

/* --- joining ------------------------------------------------------------------------------- */

static int32_t first_of(struct members *members, int32_t index)
{
    while (members->items[index].first != index)
        index = members->items[index].first = members->items[members->items[index].first].first;
    return index;
}

static void join(struct members *members, int32_t one, int32_t other)
{
    one = first_of(members, one);
    other = first_of(members, other);
    if (one < other)
        members->items[other].first = one;
    else
        members->items[one].first = other;
}

/* Within 2 %; what is not known is no reason against it. */
static bool have_same_shape(const struct member *one, const struct member *other)
{
    if (!one->width || !one->height || !other->width || !other->height)
        return true;
    double shape = (double)one->width * other->height, like = (double)other->width * one->height;
    return shape <= like * 1.02 && like <= shape * 1.02;
}

/* --- the same bytes, the same URL but for a size ------------------------------------------- */

static int compare(uint64_t left, uint64_t right, int32_t left_index, int32_t right_index)
{
    if (left != right)
        return left < right ? -1 : 1;
    return (left_index > right_index) - (left_index < right_index);
}

static int by_sha(const void *a, const void *b, void *arg)
{
    const struct member *items = arg;
    int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return compare(items[left].sha, items[right].sha, left, right);
}

static int by_rest(const void *a, const void *b, void *arg)
{
    const struct member *items = arg;
    int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return compare(items[left].rest, items[right].rest, left, right);
}

static void sort_members(struct members *members, int (*order)(const void *, const void *, void *))
{
    for (size_t i = 0; i < members->count; i++)
        members->order[i] = (int32_t)i;
    qsort_r(members->order, members->count, sizeof(*members->order), order, members->items);
}

static void join_same_bytes(struct members *members)
{
    sort_members(members, by_sha);
    for (size_t i = 1; i < members->count; i++) {
        int32_t before = members->order[i - 1], here = members->order[i];
        if (members->items[here].sha != 0 && members->items[here].sha == members->items[before].sha)
            join(members, before, here);
    }
}

/* Each with the first of the same rest that has its shape, where at least one asked for a size. */
static void join_variant(struct members *members, size_t start, size_t at)
{
    const struct member *here = &members->items[members->order[at]];
    for (size_t i = start; i < at && i < start + DEEPEST; i++) {
        const struct member *before = &members->items[members->order[i]];
        if ((!here->had_size && !before->had_size) || !have_same_shape(here, before))
            continue;
        join(members, members->order[i], members->order[at]);
        return;
    }
}

static void join_size_variants(struct members *members)
{
    size_t start = 0;
    sort_members(members, by_rest);
    for (size_t i = 0; i < members->count; i++) {
        if (members->items[members->order[i]].rest != members->items[members->order[start]].rest)
            start = i;
        join_variant(members, start, i);
    }
}

/* --- nearly the same ----------------------------------------------------------------------- */

static unsigned band_of(uint64_t hash, int band)
{
    return (unsigned)(hash >> (band * BAND_BITS)) & (BUCKETS - 1);
}

static bool has_detail(uint64_t hash)
{
    int set = __builtin_popcountll(hash);
    return set >= LEAST_DETAIL && set <= 64 - LEAST_DETAIL;
}

static int32_t find_in_bucket(const struct members *members, const struct bucket *bucket,
                              const struct member *wanted)
{
    for (uint32_t i = 0; i < bucket->count && i < DEEPEST; i++) {
        const struct near_member *other = &bucket->items[i];
        if (__builtin_popcountll(wanted->hash ^ other->hash) <= NEAR_BITS &&
            have_same_shape(wanted, &members->items[other->index]))
            return other->index;
    }
    return NOBODY;
}

/* The bucket of the band's own value, then those that differ from it in one bit. */
static int32_t find_near(const struct members *members, const struct member *wanted)
{
    for (int bit = -1; bit < BAND_BITS; bit++) {
        for (int band = 0; band < BANDS; band++) {
            unsigned value = band_of(wanted->hash, band) ^ (bit < 0 ? 0 : 1U << bit);
            int32_t found = find_in_bucket(members, &members->buckets[band][value], wanted);
            if (found != NOBODY)
                return found;
        }
    }
    return NOBODY;
}

static void put_into_bucket(struct bucket *bucket, uint64_t hash, int32_t index)
{
    if (bucket->count == bucket->capacity) {
        bucket->capacity = bucket->capacity ? bucket->capacity * 2 : 4;
        void *items = realloc(bucket->items, bucket->capacity * sizeof(*bucket->items));
        if (!items)
            abort();
        bucket->items = items;
    }
    bucket->items[bucket->count++] = (struct near_member){.hash = hash, .index = index};
}

static void put_into_buckets(struct members *members, int32_t index)
{
    uint64_t hash = members->items[index].hash;
    for (int band = 0; band < BANDS; band++)
        put_into_bucket(&members->buckets[band][band_of(hash, band)], hash, index);
}

static void join_if_near(struct members *members, int32_t index)
{
    const struct member *member = &members->items[index];
    if (!has_detail(member->hash) || member->first != index)
        return; /* its cluster's first image has been looked at */
    int32_t near = find_near(members, member);
    if (near == NOBODY)
        put_into_buckets(members, index);
    else
        join(members, near, index);
}

static int64_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return now.tv_sec;
}

static int join_near(struct members *members, const atomic_bool *stop)
{
    int64_t until_s = now_s() + MOST_SECONDS;
    for (int32_t i = 0; i < (int32_t)members->count; i++) {
        if (i % LOOKS_BETWEEN_TIMES == 0 && stop && atomic_load(stop))
            return -ECANCELED;
        if (i % LOOKS_BETWEEN_TIMES == 0 && now_s() > until_s)
            return 0;
        join_if_near(members, i);
    }
    return 0;
}

/* --- writing ------------------------------------------------------------------------------- */

static int put_cluster(sqlite3_stmt *statement, int64_t id, int64_t cluster_id)
{
    struct db_values values = db_values(statement);
    db_put_integer(&values, cluster_id);
    db_put_integer(&values, id);
    return db_values_run(&values);
}

static int put_clusters(struct members *members, sqlite3_stmt *statement)
{
    int r = 0;
    for (int32_t i = 0; r == 0 && i < (int32_t)members->count; i++) {
        int32_t first = first_of(members, i);
        if (first == i)
            continue;
        r = put_cluster(statement, members->items[i].id, members->items[first].id);
        if (r == 0)
            r = put_cluster(statement, members->items[first].id, members->items[first].id);
    }
    return r;
}

static int write_clusters(struct members *members, sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    int r = db_exec(db, "UPDATE images SET cluster_id = NULL WHERE cluster_id IS NOT NULL");
    if (r == 0)
        r = db_prepare(db, "UPDATE images SET cluster_id = ? WHERE id = ?", &statement);
    if (r == 0)
        r = put_clusters(members, statement);
    db_finalize(statement);
    return r;
}

/* --- all of it ----------------------------------------------------------------------------- */

static struct members *members_new(void)
{
    struct members *members = calloc(1, sizeof(*members));
    if (!members)
        abort();
    return members;
}

static void members_free(struct members *members)
{
    for (int band = 0; band < BANDS; band++)
        for (int i = 0; i < BUCKETS; i++)
            free(members->buckets[band][i].items);
    free(members->order);
    free(members->items);
    free(members);
}

static int join_all(struct members *members, const atomic_bool *stop)
{
    members->order = calloc(members->count + 1, sizeof(*members->order));
    if (!members->order)
        abort();
    join_same_bytes(members);
    int r = join_near(members, stop);
    if (r == 0)
        join_size_variants(members);
    return r;
}

int job_cluster(sqlite3 *db, const atomic_bool *stop)
{
    struct members *members = members_new();
    int r = read_members(db, members);
    if (r == 0 && members->count > 0)
        r = join_all(members, stop);
    if (r == 0 && members->count > 0)
        r = write_clusters(members, db);
    members_free(members);
    return r;
}
