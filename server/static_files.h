/* Static files: the web UI and web/openapi.json, carried inside the binary. Any thread. */
#ifndef IMGCRAWL_SERVER_STATIC_FILES_H
#define IMGCRAWL_SERVER_STATIC_FILES_H

#include <stddef.h>

struct request;

/* Written by configs/embed.sh at build. */
struct web_file {
    const char *path; /* "web/index.html"; NULL in the row that ends the table */
    const unsigned char *data;
    size_t size;
};
extern const struct web_file embedded_web[];

/* The file behind a path of the site ("/" is index.html); NULL where there is none. */
const struct web_file *static_file_find(const char *path);
/* By the end of its name. */
const char *static_file_type(const char *path);
void static_file_respond(struct request *request, const struct web_file *file);

#endif
