/* The command line of `imgcrawl crawl`, read and checked. Main thread; borrows from argv. */
#ifndef IMGCRAWL_CRAWL_OPTIONS_H
#define IMGCRAWL_CRAWL_OPTIONS_H

#include <stdbool.h>

#include "crawler/job/job_settings.h"
#include "server/config_arguments.h"
#include "server/file_formats.h"
#include "server/options.h"

/* What to do about an unfinished crawl of the same seeds. */
enum crawl_earlier { CRAWL_ASK, CRAWL_RESUME, CRAWL_NEW };

struct crawl_options {
    struct job_settings *settings;
    struct config_arguments config;
    const char *out;                  /* NULL: no export */
    const struct file_format *format; /* of out */
    const char *compare;              /* with which crawl; NULL: none */
    enum crawl_earlier earlier;
    bool quiet;
};

extern const struct command_option crawl_options_table[];

/* Says what is wrong on standard error; 0 or -EINVAL, with nothing to free. */
int crawl_options_parse(int argc, char **argv, struct crawl_options *ret_options);
void crawl_options_done(struct crawl_options *options);

#endif
