// The libgit2 of the system.
#include <git2.h>
#include <git2/sys/mempack.h>

// What Swift cannot call, since the number of its arguments varies.
static inline int hone_git_validate_owners(int is_on) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, is_on);
}

// Either may be NULL.
static inline int hone_git_trust(const char *file, const char *folder) {
  return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, folder);
}

// Names the two sides of a difference as git does by default, whatever the user's settings say.
static inline void hone_git_name_sides(git_diff_options *options) {
  options->old_prefix = "a";
  options->new_prefix = "b";
}
