/* See crawl_compare.h. */
#include "server/crawl_compare.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/index_judge.h"
#include "server/cli_diff.h"
#include "server/diff_print.h"
#include "server/diff_view.h"
#include "server/job_argument.h"
#include "storage/job_query.h"

int crawl_compare_check(const char *older, const char *data_dir)
{
    struct job_reader *reader = NULL;
    char *path = job_argument_path(older, data_dir);
    int r = job_reader_open(path, &reader);
    free(path);
    job_reader_free(reader);
    return r < 0 ? job_argument_refuse(older, data_dir, r) : 0;
}

static int print(struct job_diff *diff, const struct diff_summary *summary, const char *older,
                 bool quiet)
{
    bool rose = diff_findings_rose(diff, summary);
    int r = 0;
    if (!quiet) {
        fprintf(stderr, "Compared with %s: ", older);
        r = diff_print(diff, summary, stderr);
    }
    if (r == 0 && rose) {
        fprintf(stderr, "imgcrawl: findings rose since %s:\n", older);
        r = diff_print_rises(diff, summary, stderr);
    }
    return r < 0 ? r : rose;
}

/* Some rules are judged when the index is built, which a crawl that was cut short need not have
 * come to. */
static int complete_verdicts(const char *job_path)
{
    atomic_bool stop = false;
    _Atomic double done = 0;
    int r = index_judge_build(job_path, &stop, &done);
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot compare: the index of %s: %s\n", job_path, strerror(-r));
    return r;
}

/* Both as they are once all rules have judged them. */
static int open_judged(const char *older, const char *job_path, const char *data_dir,
                       struct job_diff **ret_diff)
{
    struct job_diff *diff = NULL;
    int r = cli_diff_open(older, job_path, data_dir, &diff);
    if (r < 0)
        return r;
    bool older_lacks =
        job_diff_is_audited(diff, DIFF_OLDER) && !job_diff_is_judged(diff, DIFF_OLDER);
    bool newer_lacks = !job_diff_is_judged(diff, DIFF_NEWER);
    if (!older_lacks && !newer_lacks) {
        *ret_diff = diff;
        return 0;
    }
    job_diff_free(diff);
    char *older_path = job_argument_path(older, data_dir);
    r = older_lacks ? complete_verdicts(older_path) : 0;
    free(older_path);
    if (r == 0 && newer_lacks)
        r = complete_verdicts(job_path);
    return r < 0 ? r : cli_diff_open(older, job_path, data_dir, ret_diff);
}

int crawl_compare(const char *older, const char *job_path, const char *data_dir, bool quiet)
{
    struct job_diff *diff = NULL;
    struct diff_summary summary;
    if (open_judged(older, job_path, data_dir, &diff) < 0)
        return EXIT_FAILURE;
    int r = job_diff_sum(diff, &summary);
    if (r == 0)
        r = print(diff, &summary, older, quiet);
    bool blind = r >= 0 && !diff_has_findings(diff);
    if (blind)
        fprintf(stderr,
                "imgcrawl: findings cannot be compared: %s was not checked for them; crawl "
                "anew with this version what is to be compared with\n",
                job_diff_is_audited(diff, DIFF_OLDER) ? job_path : older);
    job_diff_free(diff);
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot compare with %s: %s\n", older, strerror(-r));
    return r < 0 || blind ? EXIT_FAILURE : r > 0 ? EXIT_FINDINGS_ROSE : EXIT_SUCCESS;
}
