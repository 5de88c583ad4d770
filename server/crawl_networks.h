/* Which special addresses `imgcrawl crawl` may reach: those that its command line names. Somebody
 * who types a private address means it; pages that link to one do not count. Main thread. */
#ifndef IMGCRAWL_CRAWL_NETWORKS_H
#define IMGCRAWL_CRAWL_NETWORKS_H

#include "crawler/job/job_settings.h"
#include "server/engine_setup.h"

/* Allows each seed's address where its host is one, all of loopback where it is localhost. */
void crawl_networks_allow(struct engine_setup *setup, const struct text_list *seeds);

#endif
