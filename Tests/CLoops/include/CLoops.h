// The loop nests of the reference kernels in C, for comparing times.
#ifndef CLOOPS_H
#define CLOOPS_H

typedef struct {
  long N, C, H, W;
  long O, OH, OW;
  long KH, KW, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
} cloops_shape;

/// Convolution without bias: `in` N×C×H×W, `weight` O×(C/groups)×KH×KW, `out` N×O×OH×OW.
void cloops_convolve(const cloops_shape *shape, const float *in, const float *weight, float *out);

/// Maximum of KH×KW windows of every plane: `out` N×C×OH×OW.
void cloops_max_pool(const cloops_shape *shape, const float *in, float *out);

#endif
