#pragma once

/// What takes power away from the calling process for good: a filter of system calls, a fence
/// around files, limits on resources. A jail and each cell within one are made of these parts.
///
/// Nothing here prints or exits: a function returns -1 with errno where it fails. All of it may be
/// called between fork and exec of a single-threaded process.

/// For whom a filter of system calls is.
enum jail_profile {
  /// Untrusted code, and ordinary plugins.
  JAIL_PROGRAM,
  /// A plugin of the house that builds cells inside its own jail: namespaces, mounts within them,
  /// clone3, process descriptors of its children and further filters stay possible.
  JAIL_NESTING,
};

/// Makes the filter of `profile`, so that `jail_install_filter` need not; call it once before many
/// forks. Returns 0, or -1 with errno.
int jail_prepare_filter(enum jail_profile profile);

/// Filters the system calls of this thread and all that it starts, for good. What is refused gives
/// EPERM, so that honest libraries fall back; calls that are younger than the filter and, under
/// JAIL_PROGRAM, clone3 give ENOSYS; calls of a foreign architecture and x32 end the process
/// (SIGSYS). Sets no_new_privs. Returns 0, or -1 with errno.
int jail_install_filter(enum jail_profile profile);

/// Which files stay reachable; each list ends with NULL, and a path that does not exist is passed
/// over. A NULL list is an empty one.
struct jail_paths {
  /// Files, or folders with all that is below: may be read and executed.
  const char *const *readable;
  /// Folders with all that is below: may be read, executed, written, made and removed.
  const char *const *writable;
  /// Devices: may be read and written.
  const char *const *devices;
};

/// What `jail_restrict_files` could do on this kernel.
enum jail_fence {
  JAIL_FENCE_FILES = 1,
  /// No TCP port may be bound or reached.
  JAIL_FENCE_TCP = 2,
  /// No signal, and no connection to an abstract socket, leaves the fence.
  JAIL_FENCE_SCOPE = 4,
};

/// Fences this thread and all that it starts in with Landlock, for good: files by `paths`, TCP,
/// signals and abstract sockets, and whatever needs the right to trace another process (such as
/// /proc/PID/mem), as far as the kernel can. With NULL, files are left alone: a fence around files
/// forbids all mounts. Sets no_new_privs.
///
/// Returns which of `enum jail_fence` apply, 0 where the kernel has no Landlock, or -1 with errno.
int jail_restrict_files(const struct jail_paths *paths);

/// Sets both limits of a resource, such as RLIMIT_NOFILE, never above what the process has.
/// Returns 0, or -1 with errno.
int jail_limit(int resource, unsigned long long value);

/// Sets the limits that hold for everyone: no core dumps, no real-time or raised priority, no
/// POSIX message queues, little locked memory, few pending signals and timers. Returns 0, or -1
/// with errno.
int jail_limit_the_rest(void);

/// Closes every descriptor from `first` on. Returns 0, or -1 with errno.
int jail_close_descriptors(unsigned int first);

/// Gives up every capability, those that an exec could bring back too. Sets no_new_privs. Returns
/// 0, or -1 with errno.
int jail_drop_capabilities(void);
