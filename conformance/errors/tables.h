// What is declared for this target; tools/codegen writes the definitions.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_TABLES_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_TABLES_H_

namespace plumbline::errors {

extern const char kArch[];
// Rows of kind "error", as conformance/abi/rows.h reads them.
extern const char kRows[];

}  // namespace plumbline::errors

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_TABLES_H_
