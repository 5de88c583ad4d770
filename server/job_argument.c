/* See job_argument.h. */
#include "server/job_argument.h"

#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crawler/engine.h"

bool job_argument_is_number(const char *argument)
{
    size_t digits = strspn(argument, "0123456789");
    return digits > 0 && digits <= 18 && argument[digits] == '\0';
}

char *job_argument_path(const char *argument, const char *data_dir)
{
    char *path = job_argument_is_number(argument)
                     ? engine_job_path(data_dir, strtoll(argument, NULL, 10))
                     : strdup(argument);
    if (path == NULL)
        abort();
    return path;
}

/* "17.sqlite", and what SQLite keeps beside it. */
static bool is_job_file_name(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    return digits > 0 && strncmp(name + digits, ".sqlite", strlen(".sqlite")) == 0;
}

static bool are_same(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static bool are_in_one_directory(const char *one, const char *other)
{
    char *a = strdup(one), *b = strdup(other);
    if (a == NULL || b == NULL)
        abort();
    bool are = are_same(dirname(a), dirname(b));
    free(a);
    free(b);
    return are;
}

bool job_argument_is_overwritten(const char *job_path, const char *out)
{
    const char *slash = strrchr(out, '/');
    bool is = are_same(job_path, out) ||
              (is_job_file_name(slash ? slash + 1 : out) && are_in_one_directory(job_path, out));
    if (is)
        fprintf(stderr,
                "imgcrawl: %s is where the file of a job belongs, which would be lost; name "
                "another file with --out FILE\n",
                out);
    return is;
}

int job_argument_refuse(const char *argument, const char *data_dir, int r)
{
    if (r == -EILSEQ)
        fprintf(stderr, "imgcrawl: %s: not the file of a job, or of a newer version\n", argument);
    else if (r == -ENOENT && job_argument_is_number(argument))
        fprintf(stderr, "imgcrawl: there is no job %s in %s; name the data directory with --data\n",
                argument, data_dir);
    else
        fprintf(stderr, "imgcrawl: cannot read %s: %s\n", argument, strerror(-r));
    return r;
}
