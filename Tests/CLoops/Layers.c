#include "CLoops.h"

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

void cloops_dense(
  const cloops_shape *shape, const float *in, const float *weight, const float *bias, float *out) {
  const cloops_shape s = *shape;
  const long K = s.C * s.H * s.W;
  for (long n = 0; n < s.N; n++)
    for (long o = 0; o < s.O; o++) {
      const float *x = in + n * K, *w = weight + o * K;
      float sum = 0;
      for (long k = 0; k < K; k++) sum += x[k] * w[k];
      *out++ = sum + bias[o];
    }
}
