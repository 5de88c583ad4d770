/* `imgcrawl crawl`: one crawl in the terminal, on the engine of the service. */
#ifndef IMGCRAWL_CLI_CRAWL_H
#define IMGCRAWL_CLI_CRAWL_H

/* Returns the exit status: 0, 1 where the crawl failed, 2 usage. */
int cli_crawl(int argc, char **argv);

#endif
