/* What the columns of an export are and where they come from. Constant data. Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_EXPORT_COLUMNS_H
#define IMGCRAWL_STORAGE_EXPORT_COLUMNS_H

#include "storage/export.h"
#include "storage/export_format.h"

enum { EXPORT_MOST_COLUMNS = 80 };

/* What SQL does not say by itself. */
enum export_special {
    EXPORT_AS_IS,
    EXPORT_VERDICTS, /* bits to the names of rules */
    EXPORT_UID       /* a position to a hash of where the image is shown */
};

struct export_source {
    const char *sql; /* over o occurrences, u urls, p pages, i images, t templates, x probes */
    enum export_special special;
};

struct export_table {
    const struct export_column *columns;
    const struct export_source *sources; /* as many */
    size_t count;
    const char *condition; /* " AND …", of every row; NULL: none */
    const char *consent;   /* another, where the filter says nothing of consent; NULL: none */
    bool is_distinct;      /* each image once */
};
/* In EXPORT_DATASET, what a uid is made of. */
enum { EXPORT_DATASET_URL = 0, EXPORT_DATASET_PAGE_URL = 2 };

extern const struct export_table export_tables[EXPORT_PROFILE_COUNT];

#endif
