/* Where a rule can be read up: from the citation of an audit rule to an address. Any thread. */
#ifndef IMGCRAWL_SERVER_REPORT_CITES_H
#define IMGCRAWL_SERVER_REPORT_CITES_H

/* Of the first standard in our table that is cited; of WCAG 2.2 where there is none. */
const char *report_cites_address(const char *cites);

#endif
