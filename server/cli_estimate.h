/* `imgcrawl estimate URL…`: what a crawl would come to, for people. Main thread. */
#ifndef IMGCRAWL_CLI_ESTIMATE_H
#define IMGCRAWL_CLI_ESTIMATE_H

int cli_estimate(int argc, char **argv);

#endif
