// oneDNN's convolution as a contender, with the layouts that it chooses: a call begins and ends in NCHW and pays for its
// reorders, as our own kernels do.
//
//   c++ -O2 -fopenmp -o onednn Bench/Peers/examples/onednn.cpp -ldnnl        (Debian: libdnnl-dev)
//   cbambench run conv:out=64,k=3,p=1@1x64x56x56 --contender ./onednn
#include "../serve.h"

#include <dnnl.hpp>
#include <memory>
#include <omp.h>
#include <string>
#include <unordered_map>

using namespace dnnl;
using tag = memory::format_tag;

struct Convolution {
  engine cpu{engine::kind::cpu, 0};
  stream queue{cpu};
  convolution_forward::primitive_desc chosen;
  memory in, weights, bias, out, workIn, workOut;
  convolution_forward call;
  reorder before, after;
  int threads;

  Convolution(const serve_task *task, const serve_node *node) : threads(task->threads) {
    int k[2], s[2], p[4], d[2];
    serve_numbers(node, "k", k, 2, 1), serve_numbers(node, "s", s, 2, 1);
    serve_numbers(node, "p", p, 4, 0), serve_numbers(node, "d", d, 2, 1);
    omp_set_num_threads(threads);
    long groups = serve_number(node, "g", 1);
    const serve_tensor &image = task->input[0], &filters = task->weight[node->weight[0]];
    memory::dims from(image.shape, image.shape + 4), to(node->to.shape, node->to.shape + 4);
    memory::dims shape(filters.shape, filters.shape + 4);
    if (groups > 1) shape = {groups, shape[0] / groups, shape[1], shape[2], shape[3]};
    auto any = [](const memory::dims &dims) { return memory::desc(dims, memory::data_type::f32, tag::any); };
    auto plain = [](const memory::dims &dims, tag order) { return memory::desc(dims, memory::data_type::f32, order); };
    primitive_attr attributes;
    const char *activation = serve_key(node, "act");
    if (activation) {
      if (strncmp(activation, "relu ", 5)) throw std::string("only ReLU is fused");
      post_ops operations;
#if DNNL_VERSION_MAJOR >= 3
      operations.append_eltwise(algorithm::eltwise_relu, 0, 0);
#else
      operations.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
#endif
      attributes.set_post_ops(operations);
    }
    memory::desc none, addend = node->weights > 1 ? plain({to[1]}, tag::a) : none;
    memory::dims strides{s[0], s[1]}, dilation{d[0] - 1, d[1] - 1}, above{p[0], p[1]}, below{p[2], p[3]};
#if DNNL_VERSION_MAJOR >= 3
    chosen = convolution_forward::primitive_desc(
        cpu, prop_kind::forward_inference, algorithm::convolution_direct, any(from), any(shape), addend, any(to), strides,
        dilation, above, below, attributes);
#else
    chosen = convolution_forward::primitive_desc(
        convolution_forward::desc(prop_kind::forward_inference, algorithm::convolution_direct, any(from), any(shape), addend,
                                  any(to), strides, dilation, above, below),
        attributes, cpu);
#endif
    in = memory(plain(from, tag::nchw), cpu, image.data);
    out = memory(plain(to, tag::nchw), cpu, task->output[0].data);
    memory given(plain(shape, groups > 1 ? tag::goihw : tag::oihw), cpu, filters.data);
    weights = memory(chosen.weights_desc(), cpu);
    reorder(given, weights).execute(queue, given, weights);
    if (node->weights > 1) bias = memory(addend, cpu, task->weight[node->weight[1]].data);
    workIn = chosen.src_desc() == in.get_desc() ? in : memory(chosen.src_desc(), cpu);
    workOut = chosen.dst_desc() == out.get_desc() ? out : memory(chosen.dst_desc(), cpu);
    if (!same(workIn, in)) before = reorder(in, workIn);
    if (!same(workOut, out)) after = reorder(workOut, out);
    call = convolution_forward(chosen);
    queue.wait();
  }

  static bool same(const memory &a, const memory &b) { return a.get_data_handle() == b.get_data_handle(); }

  void run() {
    omp_set_num_threads(threads);
    if (before) before.execute(queue, in, workIn);
    std::unordered_map<int, memory> values{{DNNL_ARG_SRC, workIn}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, workOut}};
    if (bias) values.insert({DNNL_ARG_BIAS, bias});
    call.execute(queue, values);
    if (after) after.execute(queue, workOut, out);
    queue.wait();
  }
};

static const char *prepare(serve_task *task, void **state) {
  static std::string reason;
  const serve_node *node = &task->node[0];
  if (task->nodes != 1 || strcmp(node->op, "conv")) return "only convolutions are computed here";
  try {
    *state = new Convolution(task, node);
    return nullptr;
  } catch (const std::string &words) {
    reason = words;
  } catch (const std::exception &error) {
    reason = error.what();
  }
  return reason.c_str();
}

static void run(void *state) { static_cast<Convolution *>(state)->run(); }
static void release(void *state) { delete static_cast<Convolution *>(state); }

int main() {
  const dnnl_version_t *v = dnnl_version();
  std::string version = std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
  return serve("onednn", version.c_str(), prepare, run, release);
}
