// jemalloc's settings: memory in large pages, which is kept to the end. To have
// a page is dear on virtual machines, and what links this lives for seconds.

extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always,dirty_decay_ms:-1,muzzy_decay_ms:-1";
}
