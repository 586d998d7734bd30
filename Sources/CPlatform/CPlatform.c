#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/mman.h>
#include <sys/prctl.h>
#endif

void cplatform_end_with_parent(void) {
#if defined(__linux__)
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

int cplatform_usable_cpus(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}

int cplatform_memory_file(void) {
#if defined(__linux__)
  return memfd_create("cbambench", MFD_CLOEXEC);
#else
  errno = ENOSYS;
  return -1;
#endif
}

int cplatform_pipe(int ends[2]) {
#if defined(__linux__)
  return pipe2(ends, O_CLOEXEC);
#else
  if (pipe(ends) != 0) return -1;
  for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  return 0;
#endif
}

pid_t cplatform_fork(void) {
  pid_t parent = getpid();
  pid_t child = fork();
#if defined(__linux__)
  if (child == 0) {
    cplatform_end_with_parent();
    // It may have ended before it could be bound to us.
    if (getppid() != parent) _exit(1);
  }
#else
  (void)parent;
#endif
  return child;
}

#if defined(__x86_64__)

bool cplatform_has_avx2_fma(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}

bool cplatform_has_avx512(void) {
  return cplatform_has_avx2_fma() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}

#else

bool cplatform_has_avx2_fma(void) { return false; }
bool cplatform_has_avx512(void) { return false; }

#endif

enum { line = 64 };

bool cplatform_evict(const void *address, size_t bytes) {
#if defined(__x86_64__)
  const char *end = (const char *)address + bytes;
  for (const char *p = (const char *)((size_t)address / line * line); p < end; p += line) __builtin_ia32_clflush(p);
  __builtin_ia32_mfence();
  return true;
#elif defined(__aarch64__)
  const char *end = (const char *)address + bytes;
  for (const char *p = (const char *)((size_t)address / line * line); p < end; p += line)
    __asm__ volatile("dc civac, %0" ::"r"(p) : "memory");
  __asm__ volatile("dsb sy" ::: "memory");
  return true;
#else
  return false;
#endif
}
