/* Fetch session: what all requests of one job share: its cookie jar, its headers, its credentials,
 * its proxy. Loop thread.
 *
 * - Cookies are curl's: one share handle for each job, in memory, gone with the job's crawl; the
 *   public suffix list is respected, and fetch_cookies.c bounds what the jar holds.
 * - Headers go with every request; header_rules.h has refused those for which that is dangerous.
 * - Credentials go to their own host and port and nowhere else. A redirect is never followed by
 *   curl: its target is another request, which is matched anew.
 * - A request for robots.txt says that it is `impersonal`, and takes the proxy alone from here: the
 *   way, but nothing that says who asks. Its answer serves all jobs of the node, unless the job has
 *   a proxy of its own: then it is the job's alone (robots_new_apart()).
 */
#ifndef IMGCRAWL_FETCH_SESSION_H
#define IMGCRAWL_FETCH_SESSION_H

struct fetch_session;
struct job_settings;

/* Copies what it needs. The settings have been checked; a proxy that cannot be read ends the
 * process rather than going without. */
struct fetch_session *fetch_session_new(const struct job_settings *settings);
/* Requests under way hold it, too. */
struct fetch_session *fetch_session_ref(struct fetch_session *session);
struct fetch_session *fetch_session_unref(struct fetch_session *session);

#endif
