// What Swift cannot say: which instruction sets this CPU has, a spin hint, a prefetch hint, a fork, frames
// that a profiler can tell apart, the demangler of the Swift runtime.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Whether CPU and operating system support x86-64-v3 (AVX2, FMA, BMI). False off x86-64.
bool cplatform_has_avx2_fma(void);

/// Whether CPU and operating system support x86-64-v4 (AVX-512 F, BW, CD, DQ, VL). False off x86-64.
bool cplatform_has_avx512(void);

/// Writes back `bytes` from `address` on and drops them from all caches; returns when that is done. On architectures
/// without such an instruction for programs nothing happens and false is returned.
bool cplatform_evict(const void *address, size_t bytes);

/// fork() for a process with one thread; where the system can (Linux), the child ends when its parent does.
pid_t cplatform_fork(void);

/// Lets this process end when its parent does, where the system can (Linux).
void cplatform_end_with_parent(void);

/// A file in memory that has no name and is closed on exec, for code that insists on a file; -1 and `errno` if there is none to
/// be had.
int cplatform_memory_file(void);

/// pipe() with both ends closed on exec.
int cplatform_pipe(int ends[2]);

/// CPUs that this process may run on, at least one.
int cplatform_usable_cpus(void);

enum { cplatform_worker_marks = 16, cplatform_stage_marks = 64 };

/// Calls `body` from a function of its own, `cplatform_worker_03` for index 3 (hexadecimal): a sampled stack shows which worker it is of,
/// though samples carry no thread. Indices from `cplatform_worker_marks` on share the functions of lower ones.
void cplatform_mark_worker(int index, void (*body)(const void *), const void *context);

/// Likewise for what a worker does, `cplatform_stage_03`; indices from `cplatform_stage_marks` on share the last function.
void cplatform_mark_stage(int index, void (*body)(const void *), const void *context);

/// Of the Swift runtime, which exports it without a header: a readable name in memory of malloc's, null if `name` is none
/// of Swift's. `output` and `size` null, `flags` 0.
char *swift_demangle(const char *name, size_t length, char *output, size_t *size, uint32_t flags);

/// Tells the core that this thread spins.
static inline void cplatform_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Asks for the cache line at `address` in all levels; never faults.
static inline void cplatform_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// The same without the nearest cache: for what is read once, long before it is read.
static inline void cplatform_prefetch_far(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Costs nothing at run time, but the compiler moves no load or store across it. Between the steps of an unrolled loop it
/// keeps each step's operands together; else all of them are loaded first, and registers run out.
static inline void cplatform_keep_order(void) { __atomic_signal_fence(__ATOMIC_SEQ_CST); }

#endif
