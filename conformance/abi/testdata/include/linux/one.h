/* The kernel's side of one.h, which includes it. */
#ifndef TESTDATA_LINUX_ONE_H_
#define TESTDATA_LINUX_ONE_H_

#define SHARED 20
#define PLAIN 1
#define KERNEL_NAME 21
struct shared {
  int a;
};
struct kernel_one {
  int a;
};

#endif
