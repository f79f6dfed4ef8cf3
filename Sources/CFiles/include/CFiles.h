// Calls that Swift's own view of the C library leaves out.
#ifndef CFILES_H
#define CFILES_H

// Gives each of two paths of one file system the other's place in one step. Returns 0 or errno;
// EINVAL and ENOSYS where the file system cannot.
int hone_exchange(const char *first, const char *second);
#endif
