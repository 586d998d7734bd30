// gperftools: hooks of its allocator.
#include <gperftools/malloc_hook_c.h>
