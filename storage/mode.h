/* How a database is opened. A reader never writes to the file and never blocks its writer; to
 * change is to write to what is there, and to make nothing. */
#ifndef IMGCRAWL_STORAGE_MODE_H
#define IMGCRAWL_STORAGE_MODE_H

enum storage_mode { STORAGE_READ_ONLY, STORAGE_CHANGE, STORAGE_READ_WRITE };

#endif
