/* The API of the host ledger: which hosts are known and when each may be asked next, and the
 * operator's rules for hosts by pattern. Handlers of routes.c, MHD threads; the ledger is asked on
 * its loop (loop_call.h).
 */
#ifndef IMGCRAWL_SERVER_API_HOSTS_H
#define IMGCRAWL_SERVER_API_HOSTS_H

struct request;

void api_list_known_hosts(struct request *request);
void api_list_host_rules(struct request *request);
void api_put_host_rule(struct request *request);
void api_delete_host_rule(struct request *request);

#endif
