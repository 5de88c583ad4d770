/* How a database is opened. A reader never writes to the file and never blocks its writer. */
#ifndef IMGCRAWL_STORAGE_MODE_H
#define IMGCRAWL_STORAGE_MODE_H

enum storage_mode { STORAGE_READ_ONLY, STORAGE_READ_WRITE };

#endif
