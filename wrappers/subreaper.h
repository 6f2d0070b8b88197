// Adopting the orphans among a process's descendants, as init does for all:
// prctl(2).

#ifndef WRAPPERS_SUBREAPER_H_
#define WRAPPERS_SUBREAPER_H_

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

#include <utility>

#include "wrappers/prctl.h"
#include "wrappers/result.h"

namespace plumbline {

// Whether a process is a subreaper: whether it becomes the parent of a
// descendant whose parent ended, with no other subreaper in between, and gets
// its SIGCHLD and its wait(2) status. All threads of a process share it, a
// child does not have it, and execve(2) keeps it.
enum class SubreaperStatus {
  kUnsupported,  // the kernel has none, as before Linux 3.4
  kDisabled,
  kEnabled,
};

// prctl(2) PR_GET_CHILD_SUBREAPER: of this process. EINVAL is kUnsupported.
inline Result<SubreaperStatus> GetSubreaperStatus() {
  const int saved = errno;
  const Result<bool> subreaper = GetChildSubreaper();
  if (subreaper)
    return *subreaper ? SubreaperStatus::kEnabled : SubreaperStatus::kDisabled;
  if (subreaper.error() != EINVAL) return subreaper.error();
  errno = saved;
  return SubreaperStatus::kUnsupported;
}

// prctl(2) PR_GET_CHILD_SUBREAPER: whether this process is one. Fails with
// EINVAL if the kernel has none.
inline Result<bool> SubreaperEnabled() { return GetChildSubreaper(); }

// prctl(2) PR_SET_CHILD_SUBREAPER: this process is one from now on. Fails with
// EINVAL if the kernel has none.
inline Result<void> EnableSubreaper() { return SetChildSubreaper(true); }

// prctl(2) PR_SET_CHILD_SUBREAPER: it is none from now on. What it adopted
// stays its child. Fails with EINVAL if the kernel has none.
inline Result<void> DisableSubreaper() { return SetChildSubreaper(false); }

// Makes the process a subreaper, and at the end of its life what it was before,
// one or none. What was adopted stays to be waited for.
//
// Thread-safety: of the process: scopes of several threads must not overlap
// other than one within another. Fork: a child is no subreaper; its copy of
// this does nothing.
class [[nodiscard]] ScopedSubreaper {
 public:
  // prctl(2): PR_GET_CHILD_SUBREAPER, and PR_SET_CHILD_SUBREAPER. Fails with
  // EINVAL if the kernel has none.
  static Result<ScopedSubreaper> Create() {
    const Result<bool> before = GetChildSubreaper();
    if (!before) [[unlikely]]
      return before.error();
    if (const Result<void> enabled = SetChildSubreaper(true); !enabled)
        [[unlikely]]
      return enabled.error();
    return ScopedSubreaper(*before);
  }

  // What was moved from restores nothing.
  ScopedSubreaper(ScopedSubreaper&& other) noexcept
      : process_(std::exchange(other.process_, 0)), before_(other.before_) {}
  // Which of two is restored first would matter.
  ScopedSubreaper& operator=(ScopedSubreaper&&) = delete;
  // Restore. An error is lost; errno is preserved.
  ~ScopedSubreaper() {
    const int saved = errno;
    (void)Restore();
    errno = saved;
  }

  // prctl(2): PR_SET_CHILD_SUBREAPER to what the process was before, now; once,
  // and never in a child. Never fails, as the kernel has had it already.
  Result<void> Restore() {
    if (std::exchange(process_, 0) != ::getpid()) return {};
    return SetChildSubreaper(before_);
  }

 private:
  explicit ScopedSubreaper(bool before)
      : process_(::getpid()), before_(before) {}

  pid_t process_;  // whose state it is; 0 if there is nothing to restore
  bool before_;
};

}  // namespace plumbline

#endif  // WRAPPERS_SUBREAPER_H_
