#ifndef TESTDATA_TWO_H_
#define TESTDATA_TWO_H_

struct two {
  int a;
};
#define IN_TWO 1

#endif
