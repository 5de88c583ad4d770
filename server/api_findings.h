/* Findings through the API: the rules, and what breaks them in a job, grouped by rule and place, so
 * that the header's logo on thousands of pages is one finding. Handlers of routes.c, MHD threads.
 */
#ifndef IMGCRAWL_SERVER_API_FINDINGS_H
#define IMGCRAWL_SERVER_API_FINDINGS_H

#include <jansson.h>
#include <stdint.h>

struct job_reader;
struct params;
struct request;

void api_list_rules(struct request *request);
void api_list_findings(struct request *request);

/* The bits that the parameters rule and severity ask for; 0: they are not given. */
uint64_t api_findings_mask(const struct params *params);
/* {rule: occurrences}, of those that have any. */
json_t *verdict_counts_view(const int64_t *counts);
/* The names of a mask's rules. */
json_t *verdicts_view(uint64_t verdicts);
/* {"state", "progress"} of a job's index, and in *ret_sums whether its sums are in `counts`. reader
 * may be NULL: the job has no file yet. */
json_t *index_view(struct request *request, int64_t job_id, struct job_reader *reader);
/* Has the index built, where it is not there and the job does not run. */
void api_findings_want_index(struct request *request, struct job_reader *reader);

#endif
