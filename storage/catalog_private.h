/* The inside of a catalog, shared by catalog.c (file, jobs) and catalog_hosts.c (robots, hosts). */
#ifndef IMGCRAWL_STORAGE_CATALOG_PRIVATE_H
#define IMGCRAWL_STORAGE_CATALOG_PRIVATE_H

#include "storage/catalog.h"
#include "storage/db.h"

struct catalog {
    sqlite3 *db;
};

#endif
