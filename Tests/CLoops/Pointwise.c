#include <math.h>

#include "CLoops.h"

void cloops_batch_norm(
  const cloops_shape *shape, const float *in, const float *gamma, const float *beta, const float *mean,
  const float *variance, float *out) {
  const long C = shape->C, P = shape->H * shape->W;
  for (long plane = 0; plane < shape->N * C; plane++) {
    const long c = plane % C;
    const float factor = gamma[c] / sqrtf(variance[c] + 1e-5f), center = mean[c], shift = beta[c];
    for (long p = plane * P; p < (plane + 1) * P; p++) out[p] = (in[p] - center) * factor + shift;
  }
}

void cloops_relu(long count, const float *in, float *out) {
  for (long i = 0; i < count; i++) {
    // NaN stays NaN.
    const float x = in[i];
    out[i] = x < 0 ? 0 : x;
  }
}

void cloops_sigmoid(long count, const float *in, float *out) {
  for (long i = 0; i < count; i++) out[i] = 1 / (1 + expf(-in[i]));
}

void cloops_add(long count, const float *a, const float *b, float *out) {
  for (long i = 0; i < count; i++) out[i] = a[i] + b[i];
}

void cloops_scale_channels(const cloops_shape *shape, const float *in, const float *gate, float *out) {
  const long P = shape->H * shape->W;
  for (long plane = 0; plane < shape->N * shape->C; plane++) {
    const float factor = gate[plane];
    for (long p = plane * P; p < (plane + 1) * P; p++) out[p] = in[p] * factor;
  }
}

void cloops_scale_pixels(const cloops_shape *shape, const float *in, const float *gate, float *out) {
  const long C = shape->C, P = shape->H * shape->W;
  for (long n = 0; n < shape->N; n++)
    for (long c = 0; c < C; c++) {
      const long plane = (n * C + c) * P;
      for (long p = 0; p < P; p++) out[plane + p] = in[plane + p] * gate[n * P + p];
    }
}
