/* What a compiler and its headers say, as records in the object file.
 *
 * The units that tools/codegen writes fill these tables; they hold integers
 * only, so the facts can be read from an object file of any architecture
 * without running it. C, because that is what the headers promise to be.
 */
#ifndef PLUMBLINE_CONFORMANCE_ABI_FACTS_H_
#define PLUMBLINE_CONFORMANCE_ABI_FACTS_H_

#ifdef __cplusplus
extern "C" {
#endif

/* The linker puts the tables of many units one behind the other in a section,
 * and they are read as one array: a record's size must be a multiple of the
 * section's alignment. */
#define PLUMBLINE_RECORD __attribute__((aligned(8)))

/* One fact. All names of one kind are looked up by the FNV-1a hash of a key
 * such as "constant:EPOLLIN@libc"; tools/codegen sees to it that no two keys
 * collide. */
struct plumbline_fact {
  unsigned long long key;
  unsigned long long value; /* constant's value; size of a type; offset of a
                               field; 1 if a prototype fits */
  unsigned int size;        /* of the constant's type, or of the field */
  unsigned int align;       /* of the type */
  unsigned int type;        /* enum plumbline_type */
  unsigned int flags;       /* enum plumbline_flag */
} PLUMBLINE_RECORD;

enum plumbline_flag {
  PLUMBLINE_PRESENT = 1,  /* the header declares it */
  PLUMBLINE_NEGATIVE = 2, /* the value is below zero */
  PLUMBLINE_IN_IF = 4,    /* #if evaluates it to the declared value */
  PLUMBLINE_VISIBLE_STRICT =
      8, /* seen with -std=c11 and no feature-test macro */
  PLUMBLINE_VISIBLE_FEATURE =
      16,                   /* seen with -std=c11 and the declared macro */
  PLUMBLINE_FROM_UAPI = 32, /* defined in a kernel header */
  PLUMBLINE_FROM_LIBC = 64, /* defined in a header of the C library */
  PLUMBLINE_NOEXCEPT = 128, /* C++ sees the function as noexcept */
  PLUMBLINE_CONSTANT_EXPRESSION = 256
};

enum plumbline_type {
  PLUMBLINE_OTHER,
  PLUMBLINE_CHAR,
  PLUMBLINE_SIGNED_CHAR,
  PLUMBLINE_UNSIGNED_CHAR,
  PLUMBLINE_SHORT,
  PLUMBLINE_UNSIGNED_SHORT,
  PLUMBLINE_INT,
  PLUMBLINE_UNSIGNED_INT,
  PLUMBLINE_LONG,
  PLUMBLINE_UNSIGNED_LONG,
  PLUMBLINE_LONG_LONG,
  PLUMBLINE_UNSIGNED_LONG_LONG,
  PLUMBLINE_BOOL,
  PLUMBLINE_FLOAT,
  PLUMBLINE_DOUBLE,
  PLUMBLINE_LONG_DOUBLE,
  PLUMBLINE_POINTER
};

/* What only the running program can tell. */
struct plumbline_runtime_fact {
  unsigned long long key;
  void (*address)(void); /* of a function, as the linker bound it */
  long long (*evaluate)(
      void); /* a constant that is none, or the place of a bit-field */
} PLUMBLINE_RECORD;

/* A remark on a fact: why it is absent, or the C++ type of a function. */
struct plumbline_text {
  unsigned long long key;
  const char* text;
} PLUMBLINE_RECORD;

#ifdef __cplusplus
}
#endif

/* Sections with C names, so that the linker delimits them with __start_ and
 * __stop_. */
#define PLUMBLINE_FACTS \
  __attribute__((section("plumbline_facts"), used, aligned(8)))
#define PLUMBLINE_RUNTIME \
  __attribute__((section("plumbline_runtime"), used, aligned(8)))
#define PLUMBLINE_TEXTS \
  __attribute__((section("plumbline_texts"), used, aligned(8)))

#ifndef __cplusplus

/* No header is included here: what it defines could hide what the header under
 * test does. */

/* clang-format off */
#define PLUMBLINE_TYPE(x)                                                             \
  _Generic((x), char: PLUMBLINE_CHAR, signed char: PLUMBLINE_SIGNED_CHAR,             \
      unsigned char: PLUMBLINE_UNSIGNED_CHAR, short: PLUMBLINE_SHORT,                 \
      unsigned short: PLUMBLINE_UNSIGNED_SHORT, int: PLUMBLINE_INT,                   \
      unsigned int: PLUMBLINE_UNSIGNED_INT, long: PLUMBLINE_LONG,                     \
      unsigned long: PLUMBLINE_UNSIGNED_LONG, long long: PLUMBLINE_LONG_LONG,         \
      unsigned long long: PLUMBLINE_UNSIGNED_LONG_LONG, _Bool: PLUMBLINE_BOOL,        \
      float: PLUMBLINE_FLOAT, double: PLUMBLINE_DOUBLE,                               \
      long double: PLUMBLINE_LONG_DOUBLE,                                             \
      default: __builtin_classify_type(x) == 5 ? PLUMBLINE_POINTER : PLUMBLINE_OTHER)
/* clang-format on */

#define PLUMBLINE_ABSENT(key) {key, 0, 0, 0, PLUMBLINE_OTHER, 0},

#define PLUMBLINE_CONSTANT(key, flags, x)                        \
  {key,                                                          \
   (unsigned long long)(x),                                      \
   sizeof(x),                                                    \
   0,                                                            \
   PLUMBLINE_TYPE(x),                                            \
   (flags) | PLUMBLINE_PRESENT | PLUMBLINE_CONSTANT_EXPRESSION | \
       ((x) < 0 ? PLUMBLINE_NEGATIVE : 0)},

#define PLUMBLINE_POINTER_CONSTANT(key, flags, x) \
  {key,                                           \
   (unsigned long long)(__UINTPTR_TYPE__)(x),     \
   sizeof(x),                                     \
   0,                                             \
   PLUMBLINE_TYPE(x),                             \
   (flags) | PLUMBLINE_PRESENT | PLUMBLINE_CONSTANT_EXPRESSION},

/* Its value is asked for when the program runs. */
#define PLUMBLINE_EVALUATED_CONSTANT(key, flags, x) \
  {key,                                             \
   0,                                               \
   sizeof(x),                                       \
   0,                                               \
   PLUMBLINE_TYPE(x),                               \
   (flags) | PLUMBLINE_PRESENT |                    \
       (__builtin_constant_p(x) ? PLUMBLINE_CONSTANT_EXPRESSION : 0)},

#define PLUMBLINE_SIZE(key, flags, T) \
  {key,                               \
   sizeof(T),                         \
   0,                                 \
   _Alignof(struct {                  \
     char c;                          \
     T t;                             \
   }),                                \
   PLUMBLINE_OTHER,                   \
   (flags) | PLUMBLINE_PRESENT},

#define PLUMBLINE_SCALAR(key, flags, T) \
  {key,                                 \
   sizeof(T),                           \
   0,                                   \
   _Alignof(struct {                    \
     char c;                            \
     T t;                               \
   }),                                  \
   PLUMBLINE_TYPE((T)0),                \
   (flags) | PLUMBLINE_PRESENT},

/* `element` reaches through arrays: (data.u32), (name[0]). */
#define PLUMBLINE_FIELD(key, flags, T, path, element)            \
  {key, __builtin_offsetof(T, path),      sizeof(((T*)0)->path), \
   0,   PLUMBLINE_TYPE(((T*)0)->element), (flags) | PLUMBLINE_PRESENT},

#define PLUMBLINE_FLEXIBLE_FIELD(key, flags, T, path, element) \
  {key, __builtin_offsetof(T, path),      0,                   \
   0,   PLUMBLINE_TYPE(((T*)0)->element), (flags) | PLUMBLINE_PRESENT},

#define PLUMBLINE_AGGREGATE_FIELD(key, flags, T, path) \
  {key,                                                \
   __builtin_offsetof(T, path),                        \
   sizeof(((T*)0)->path),                              \
   0,                                                  \
   PLUMBLINE_OTHER,                                    \
   (flags) | PLUMBLINE_PRESENT},

#define PLUMBLINE_FUNCTION(key, flags, function) \
  {key, sizeof(&function), 0, 0, PLUMBLINE_OTHER, (flags) | PLUMBLINE_PRESENT},

#define PLUMBLINE_PROTOTYPE(key, flags, function, T) \
  {key,                                              \
   _Generic(&function, T : 1, default : 0),          \
   0,                                                \
   0,                                                \
   PLUMBLINE_OTHER,                                  \
   (flags) | PLUMBLINE_PRESENT},

#define PLUMBLINE_ADDRESS(key, function) {key, (void (*)(void)) & function, 0},
#define PLUMBLINE_EVALUATE(key, evaluate) {key, 0, evaluate},

#endif /* !__cplusplus */

#endif /* PLUMBLINE_CONFORMANCE_ABI_FACTS_H_ */
