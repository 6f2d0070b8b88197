// What the headers of a libstdc++ that is built for glibc take from glibc's,
// for programs of musl: included before all else.

#ifndef PLUMBLINE_TOOLS_TARGETS_MUSL_LIBSTDCXX_H_
#define PLUMBLINE_TOOLS_TARGETS_MUSL_LIBSTDCXX_H_

#include <features.h>
#ifdef __GLIBC__
#error "these are glibc's headers"
#endif
#define __GLIBC_PREREQ(major, minor) 0

#include <locale.h>
typedef locale_t __locale_t;

#include <bits/c++config.h>
#undef _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT

#endif  // PLUMBLINE_TOOLS_TARGETS_MUSL_LIBSTDCXX_H_
