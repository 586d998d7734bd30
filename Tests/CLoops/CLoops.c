#include "CLoops.h"

#include <math.h>

void cloops_convolve(const cloops_shape *shape, const float *in, const float *weight, float *out) {
  const cloops_shape s = *shape;
  const long CG = s.C / s.groups;
  for (long n = 0; n < s.N; n++)
    for (long o = 0; o < s.O; o++) {
      const float *planes = in + (n * s.C + o / (s.O / s.groups) * CG) * s.H * s.W;
      for (long y = 0; y < s.OH; y++)
        for (long x = 0; x < s.OW; x++) {
          float sum = 0;
          const float *w = weight + o * CG * s.KH * s.KW;
          for (long c = 0; c < CG; c++)
            for (long i = 0; i < s.KH; i++, w += s.KW) {
              const long iy = y * s.stride_h - s.pad_h + i * s.dilation_h;
              if (iy < 0 || iy >= s.H) continue;
              const float *row = planes + (c * s.H + iy) * s.W;
              for (long j = 0; j < s.KW; j++) {
                const long ix = x * s.stride_w - s.pad_w + j * s.dilation_w;
                if (ix >= 0 && ix < s.W) sum += row[ix] * w[j];
              }
            }
          *out++ = sum;
        }
    }
}

void cloops_max_pool(const cloops_shape *shape, const float *in, float *out) {
  const cloops_shape s = *shape;
  for (long plane = 0; plane < s.N * s.C; plane++)
    for (long y = 0; y < s.OH; y++)
      for (long x = 0; x < s.OW; x++) {
        float top = -INFINITY;
        for (long i = 0; i < s.KH; i++) {
          const long iy = y * s.stride_h - s.pad_h + i;
          if (iy < 0 || iy >= s.H) continue;
          const float *row = in + (plane * s.H + iy) * s.W;
          for (long j = 0; j < s.KW; j++) {
            const long ix = x * s.stride_w - s.pad_w + j;
            if (ix < 0 || ix >= s.W) continue;
            const float v = row[ix];
            // A NaN stays.
            if (v > top || v != v) top = v;
          }
        }
        *out++ = top;
      }
}
