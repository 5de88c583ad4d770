/* What of a job's settings is not for everybody who may see the job: passwords, tokens, and the
 * values of headers that may well be one. Any thread. */
#ifndef IMGCRAWL_SERVER_JOB_SECRETS_H
#define IMGCRAWL_SERVER_JOB_SECRETS_H

#include <jansson.h>

/* Puts SETTINGS_REDACTED in their place, in an object as job_settings_to_json() gives it. Such
 * settings are refused when they come back. */
void job_secrets_hide(json_t *settings);

#endif
