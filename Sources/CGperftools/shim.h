// gperftools: hooks of its allocator and what that knows of a piece of memory, its profilers of processor time and heap.
#include <gperftools/heap-profiler.h>
#include <gperftools/malloc_extension_c.h>
#include <gperftools/malloc_hook_c.h>
#include <gperftools/profiler.h>
