/* See job_argument.h. */
#include "server/job_argument.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/engine.h"

static bool is_number(const char *argument)
{
    size_t digits = strspn(argument, "0123456789");
    return digits > 0 && digits <= 18 && argument[digits] == '\0';
}

char *job_argument_path(const char *argument, const char *data_dir)
{
    char *path = is_number(argument) ? engine_job_path(data_dir, strtoll(argument, NULL, 10))
                                     : strdup(argument);
    if (path == NULL)
        abort();
    return path;
}

int job_argument_refuse(const char *argument, const char *data_dir, int r)
{
    if (r == -EILSEQ)
        fprintf(stderr, "imgcrawl: %s: not the file of a job, or of a newer version\n", argument);
    else if (r == -ENOENT && is_number(argument))
        fprintf(stderr, "imgcrawl: there is no job %s in %s; name the data directory with --data\n",
                argument, data_dir);
    else
        fprintf(stderr, "imgcrawl: cannot read %s: %s\n", argument, strerror(-r));
    return r;
}
