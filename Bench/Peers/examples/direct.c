// A kernel of one's own in fifty lines: convolution as its formula says, one thread.
//
//   cc -O3 -march=native -o direct Bench/Peers/examples/direct.c
//   cbambench run conv:out=16,k=3,p=1@1x16x28x28 --contender ./direct
#include "../serve.h"

typedef struct {
  const float *in, *weight, *bias;
  float *out;
  int c, h, w, oc, oh, ow, k[2], s[2], p[4], d[2], groups;
} convolution;

static const char *prepare(serve_task *task, void **state) {
  const serve_node *node = &task->node[0];
  const serve_tensor *in = &task->input[0];
  if (task->nodes != 1 || strcmp(node->op, "conv") || serve_key(node, "act")) return "only convolutions are computed here";
  if (task->threads != 1 || in->shape[0] != 1) return "one thread and one image are all it can do";
  convolution *conv = (convolution *)serve_memory(sizeof(convolution));
  conv->in = in->data, conv->out = task->output[0].data, conv->weight = task->weight[node->weight[0]].data;
  if (node->weights > 1) conv->bias = task->weight[node->weight[1]].data;
  conv->c = in->shape[1], conv->h = in->shape[2], conv->w = in->shape[3];
  conv->oc = node->to.shape[1], conv->oh = node->to.shape[2], conv->ow = node->to.shape[3];
  serve_numbers(node, "k", conv->k, 2, 1), serve_numbers(node, "s", conv->s, 2, 1);
  serve_numbers(node, "p", conv->p, 4, 0), serve_numbers(node, "d", conv->d, 2, 1);
  conv->groups = serve_number(node, "g", 1);
  *state = conv;
  return 0;
}

static void run(void *state) {
  const convolution v = *(convolution *)state;
  int depth = v.c / v.groups, share = v.oc / v.groups;
  for (int o = 0; o < v.oc; o++)
    for (int y = 0; y < v.oh; y++)
      for (int x = 0; x < v.ow; x++) {
        float sum = v.bias ? v.bias[o] : 0;
        for (int c = 0; c < depth; c++)
          for (int i = 0; i < v.k[0]; i++)
            for (int j = 0; j < v.k[1]; j++) {
              int row = y * v.s[0] - v.p[0] + i * v.d[0], column = x * v.s[1] - v.p[1] + j * v.d[1];
              if (row < 0 || row >= v.h || column < 0 || column >= v.w) continue;
              sum += v.in[((size_t)(o / share * depth + c) * v.h + row) * v.w + column] *
                     v.weight[(((size_t)o * depth + c) * v.k[0] + i) * v.k[1] + j];
            }
        v.out[((size_t)o * v.oh + y) * v.ow + x] = sum;
      }
}

int main(void) { return serve("direct", "1.0", prepare, run, free); }
