#include "CPlatform.h"

// One function per index. The empty assembly names the index, so that no two are merged, and stands after the call, so
// that the call is no jump and the frame stays on the stack.

#define SIXTEEN(MARK, n) \
  MARK(n##0) MARK(n##1) MARK(n##2) MARK(n##3) MARK(n##4) MARK(n##5) MARK(n##6) MARK(n##7) \
  MARK(n##8) MARK(n##9) MARK(n##A) MARK(n##B) MARK(n##C) MARK(n##D) MARK(n##E) MARK(n##F)

#define KEEP(index) __asm__ volatile("" : : "i"(index) : "memory")

#define WORKER(n) \
  __attribute__((noinline)) static void cplatform_worker_##n(void (*body)(const void *), const void *context) { \
    body(context); \
    KEEP(0x##n); \
  }

#define STAGE(n) \
  __attribute__((noinline)) static void cplatform_stage_##n(void (*body)(const void *), const void *context) { \
    body(context); \
    KEEP(0x##n); \
  }

#define NAME_WORKER(n) cplatform_worker_##n,
#define NAME_STAGE(n) cplatform_stage_##n,

SIXTEEN(WORKER, 0)
SIXTEEN(STAGE, 0) SIXTEEN(STAGE, 1) SIXTEEN(STAGE, 2) SIXTEEN(STAGE, 3)

void cplatform_mark_worker(int index, void (*body)(const void *), const void *context) {
  static void (*const marks[cplatform_worker_marks])(void (*)(const void *), const void *) = {SIXTEEN(NAME_WORKER, 0)};
  marks[index % cplatform_worker_marks](body, context);
  KEEP(-1);
}

void cplatform_mark_stage(int index, void (*body)(const void *), const void *context) {
  static void (*const marks[cplatform_stage_marks])(void (*)(const void *), const void *) = {
      SIXTEEN(NAME_STAGE, 0) SIXTEEN(NAME_STAGE, 1) SIXTEEN(NAME_STAGE, 2) SIXTEEN(NAME_STAGE, 3)};
  marks[index < cplatform_stage_marks ? index : cplatform_stage_marks - 1](body, context);
  KEEP(-2);
}
