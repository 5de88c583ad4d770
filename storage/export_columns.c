/* See export_columns.h. The inventory has the columns of the view of that name in job.sql; new ones
 * come last, so that programs that count columns keep theirs.
 */
#include "storage/export_columns.h"

#include <assert.h>

/* name, kind, SQL, special */
#define INVENTORY(COLUMN)                                                                          \
    COLUMN("page_url", TEXT, "u.url", AS_IS)                                                       \
    COLUMN("url", TEXT, "i.url", AS_IS)                                                            \
    COLUMN("source", TEXT, "o.source", AS_IS)                                                      \
    COLUMN("position", INT32, "o.position", AS_IS)                                                 \
    COLUMN("alt", TEXT, "o.alt", AS_IS)                                                            \
    COLUMN("alt_state", TEXT, "o.alt_state", AS_IS)                                                \
    COLUMN("title", TEXT, "o.title", AS_IS)                                                        \
    COLUMN("width", TEXT, "o.width", AS_IS)                                                        \
    COLUMN("height", TEXT, "o.height", AS_IS)                                                      \
    COLUMN("loading", TEXT, "o.loading", AS_IS)                                                    \
    CONSENT(COLUMN)                                                                                \
    COLUMN("raw", TEXT, "o.raw", AS_IS)                                                            \
    COLUMN("descriptor", TEXT, "o.descriptor", AS_IS)                                              \
    COLUMN("sizes", TEXT, "o.sizes", AS_IS)                                                        \
    COLUMN("media", TEXT, "o.media", AS_IS)                                                        \
    COLUMN("type", TEXT, "o.type", AS_IS)                                                          \
    COLUMN("aria_label", TEXT, "o.aria_label", AS_IS)                                              \
    COLUMN("role", TEXT, "o.role", AS_IS)                                                          \
    COLUMN("name", TEXT, "o.name", AS_IS)                                                          \
    COLUMN("name_source", TEXT, "o.name_source", AS_IS)                                            \
    COLUMN("link", TEXT, "o.link", AS_IS)                                                          \
    COLUMN("link_only", BOOLEAN, "o.flags & 1", AS_IS)                                             \
    COLUMN("in_button", BOOLEAN, "o.flags & 2", AS_IS)                                             \
    COLUMN("aria_hidden", BOOLEAN, "o.flags & 4", AS_IS)                                           \
    COLUMN("presentational", BOOLEAN, "o.flags & 8", AS_IS)                                        \
    COLUMN("noscript", BOOLEAN, "o.flags & 16", AS_IS)                                             \
    COLUMN("placeholder", BOOLEAN, "o.flags & 32", AS_IS)                                          \
    COLUMN("lazy", BOOLEAN, "o.flags & 64", AS_IS)                                                 \
    COLUMN("caption", TEXT, "o.caption", AS_IS)                                                    \
    COLUMN("heading", TEXT, "o.heading", AS_IS)                                                    \
    COLUMN("landmark", TEXT, "o.landmark", AS_IS)                                                  \
    COLUMN("dom_path", TEXT, "o.dom_path", AS_IS)                                                  \
    COLUMN("template", TEXT, "t.key", AS_IS)                                                       \
    COLUMN("verdicts", TEXT, "o.verdicts", VERDICTS)                                               \
    COLUMN("data_bytes", INT64, "o.data_bytes", AS_IS)                                             \
    COLUMN("probe", TEXT, "coalesce(x.outcome, x.state)", AS_IS)                                   \
    COLUMN("image_status", INT32, "x.status", AS_IS)                                               \
    COLUMN("final_url", TEXT, "x.final_url", AS_IS)                                                \
    COLUMN("image_type", TEXT, "x.type", AS_IS)                                                    \
    COLUMN("image_bytes", INT64, "x.bytes", AS_IS)                                                 \
    COLUMN("image_width", INT32, "x.width", AS_IS)                                                 \
    COLUMN("image_height", INT32, "x.height", AS_IS)

#define CONSENT(COLUMN)                                                                            \
    COLUMN("noindex", BOOLEAN, "p.directives & 1", AS_IS)                                          \
    COLUMN("noimageindex", BOOLEAN, "p.directives & 4", AS_IS)                                     \
    COLUMN("noai", BOOLEAN, "p.directives & 8", AS_IS)                                             \
    COLUMN("noimageai", BOOLEAN, "p.directives & 16", AS_IS)                                       \
    COLUMN("tdm_reserved", BOOLEAN, "p.directives & 32", AS_IS)                                    \
    COLUMN("tdm_policy", TEXT, "p.tdm_policy", AS_IS)

/* The pixels of the file, else those that the page declares. */
#define PIXELS(name)                                                                               \
    "coalesce(x." name ", CASE WHEN length(o." name ") < 7 AND o." name " NOT GLOB '*[^0-9]*'"     \
    " AND o." name " <> '' THEN CAST(o." name " AS INTEGER) END)"

#define DATASET(COLUMN)                                                                            \
    COLUMN("url", TEXT, "i.url", AS_IS)                                                            \
    COLUMN("alt", TEXT, "o.alt", AS_IS)                                                            \
    COLUMN("page_url", TEXT, "u.url", AS_IS)                                                       \
    COLUMN("uid", TEXT, "o.position", UID)                                                         \
    COLUMN("width", INT32, PIXELS("width"), AS_IS)                                                 \
    COLUMN("height", INT32, PIXELS("height"), AS_IS)                                               \
    COLUMN("title", TEXT, "o.title", AS_IS)                                                        \
    COLUMN("caption", TEXT, "o.caption", AS_IS)                                                    \
    COLUMN("license", TEXT, "p.tdm_policy", AS_IS)                                                 \
    CONSENT(COLUMN)

#define JSON_KEY(name) ",\"" name "\":"
#define AS_COLUMN(name_, kind_, sql_, special_)                                                    \
    {.name = name_,                                                                                \
     .kind = EXPORT_##kind_,                                                                       \
     .json_key = JSON_KEY(name_),                                                                  \
     .json_key_bytes = sizeof(JSON_KEY(name_)) - 1},
#define AS_SOURCE(name_, kind_, sql_, special_) {.sql = sql_, .special = EXPORT_##special_},

static const struct export_column inventory_columns[] = {INVENTORY(AS_COLUMN)};
static const struct export_source inventory_sources[] = {INVENTORY(AS_SOURCE)};
static const struct export_column dataset_columns[] = {DATASET(AS_COLUMN)};
static const struct export_source dataset_sources[] = {DATASET(AS_SOURCE)};

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
static_assert(COUNT_OF(inventory_columns) <= EXPORT_MOST_COLUMNS, "a row has room for them");

const struct export_table export_tables[] = {
    [EXPORT_INVENTORY] = {.columns = inventory_columns,
                          .sources = inventory_sources,
                          .count = COUNT_OF(inventory_columns)},
    [EXPORT_DATASET] = {.columns = dataset_columns,
                        .sources = dataset_sources,
                        .count = COUNT_OF(dataset_columns),
                        .condition = " AND o.alt_state = 'text' AND u.url IS NOT NULL"
                                     " AND i.url LIKE 'http%'"
                                     " AND coalesce(x.state, '') NOT IN ('failed', 'skipped')",
                        /* 61: all directives but nofollow, which is about links */
                        .consent = " AND coalesce(p.directives, 0) & 61 = 0"
                                   " AND coalesce(x.robots_tag, '') NOT LIKE '%noai%'"
                                   " AND coalesce(x.robots_tag, '') NOT LIKE '%noindex%'"
                                   " AND coalesce(x.robots_tag, '') NOT LIKE '%noimage%'"
                                   " AND coalesce(x.robots_tag, '') NOT LIKE '%none%'",
                        .is_distinct = true},
};
