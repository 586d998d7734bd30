#include <math.h>

#include "CLoops.h"

static inline long at_least(long a, long b) { return a > b ? a : b; }
static inline long at_most(long a, long b) { return a < b ? a : b; }

// NaN if either is; two selections, which the compiler turns into no branch.
static inline float larger(float a, float b) {
  const float top = b > a ? b : a;
  return b == b ? top : b;
}

void cloops_max_pool(const cloops_shape *shape, const float *in, float *out) {
  const cloops_shape s = *shape;
  for (long plane = 0; plane < s.N * s.C; plane++)
    for (long y = 0; y < s.OH; y++)
      for (long x = 0; x < s.OW; x++) {
        const long top = y * s.stride_h - s.pad_h, left = x * s.stride_w - s.pad_w;
        const long bottom = at_most(top + s.KH, s.H), right = at_most(left + s.KW, s.W);
        float result = -INFINITY;
        for (long iy = at_least(top, 0); iy < bottom; iy++)
          for (long ix = at_least(left, 0); ix < right; ix++)
            result = larger(result, in[(plane * s.H + iy) * s.W + ix]);
        *out++ = result;
      }
}

void cloops_mean_pool(const cloops_shape *shape, const float *in, float *out) {
  const cloops_shape s = *shape;
  for (long plane = 0; plane < s.N * s.C; plane++)
    for (long y = 0; y < s.OH; y++)
      for (long x = 0; x < s.OW; x++) {
        const long top = y * s.stride_h - s.pad_h, left = x * s.stride_w - s.pad_w;
        const long first = at_least(top, 0), bottom = at_most(top + s.KH, s.H);
        const long begin = at_least(left, 0), right = at_most(left + s.KW, s.W);
        float result = 0;
        for (long iy = first; iy < bottom; iy++)
          for (long ix = begin; ix < right; ix++) result += in[(plane * s.H + iy) * s.W + ix];
        *out++ = result / (float)((bottom - first) * (right - begin));
      }
}

void cloops_plane_max(const cloops_shape *shape, const float *in, float *out) {
  const long P = shape->H * shape->W;
  for (long plane = 0; plane < shape->N * shape->C; plane++) {
    const float *image = in + plane * P;
    float result = image[0];
    for (long i = 1; i < P; i++) result = larger(result, image[i]);
    out[plane] = result;
  }
}

void cloops_plane_mean(const cloops_shape *shape, const float *in, float *out) {
  const long P = shape->H * shape->W;
  for (long plane = 0; plane < shape->N * shape->C; plane++) {
    const float *image = in + plane * P;
    float result = image[0];
    for (long i = 1; i < P; i++) result += image[i];
    out[plane] = result / (float)P;
  }
}

void cloops_channel_pool(const cloops_shape *shape, const float *in, float *out) {
  const long C = shape->C, P = shape->H * shape->W;
  for (long n = 0; n < shape->N; n++) {
    const float *image = in + n * C * P;
    float *maxima = out + n * 2 * P;
    for (long p = 0; p < P; p++) {
      float top = image[p], sum = image[p];
      for (long c = 1; c < C; c++) {
        const float value = image[c * P + p];
        top = larger(top, value);
        sum += value;
      }
      maxima[p] = top;
      maxima[P + p] = sum / (float)C;
    }
  }
}
