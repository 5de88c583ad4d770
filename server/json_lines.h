/* JSON lines: one object a line in, one answer a line out. Main thread. */
#ifndef IMGCRAWL_SERVER_JSON_LINES_H
#define IMGCRAWL_SERVER_JSON_LINES_H

#include <jansson.h>
#include <stdio.h>

/* Gives a new reference. */
typedef json_t *(*json_answer_fn)(const json_t *request);

/* Answers every line of in on out, each at once; a line that is no JSON object is answered with
 * {"error": ...}, which shows example. 0 or -errno of reading or writing. */
int json_lines_serve(FILE *in, FILE *out, json_answer_fn answer, const char *example);

#endif
