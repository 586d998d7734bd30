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

/// Fully connected: `in` N×C (C counts H and W too), `weight` O×C, `bias` O, `out` N×O.
void cloops_dense(
  const cloops_shape *shape, const float *in, const float *weight, const float *bias, float *out);

/// Maximum of KH×KW windows of every plane: `out` N×C×OH×OW.
void cloops_max_pool(const cloops_shape *shape, const float *in, float *out);

/// Mean of the same windows over what lies inside the image.
void cloops_mean_pool(const cloops_shape *shape, const float *in, float *out);

/// Maximum and mean of every plane: `out` N×C.
void cloops_plane_max(const cloops_shape *shape, const float *in, float *out);
void cloops_plane_mean(const cloops_shape *shape, const float *in, float *out);

/// Maximum, then mean, over the channels of every pixel: `out` N×2×H×W.
void cloops_channel_pool(const cloops_shape *shape, const float *in, float *out);

/// `(in − mean) / √(variance + 1e−5) · gamma + beta`, one of each per channel.
void cloops_batch_norm(
  const cloops_shape *shape, const float *in, const float *gamma, const float *beta, const float *mean,
  const float *variance, float *out);

void cloops_relu(long count, const float *in, float *out);
void cloops_sigmoid(long count, const float *in, float *out);
void cloops_add(long count, const float *a, const float *b, float *out);

/// Every plane times its gate (N×C), every pixel times its gate (N×H×W).
void cloops_scale_channels(const cloops_shape *shape, const float *in, const float *gate, float *out);
void cloops_scale_pixels(const cloops_shape *shape, const float *in, const float *gate, float *out);

#endif
