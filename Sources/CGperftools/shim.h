// gperftools: hooks of its allocator, its profiler of processor time.
#include <gperftools/malloc_hook_c.h>
#include <gperftools/profiler.h>
