// A contender's side of the protocol, for C and C++: see README.md. No dependencies but POSIX.
//
//   static const char *prepare(serve_task *task, void **state);   // 0, or why it cannot be done
//   static void run(void *state);                                 // one call: inputs to outputs
//   static void release(void *state);
//   int main(void) { return serve("my-kernel", "1.0", prepare, run, release); }
//
// Everything is static; include it in one file.
#ifndef CBAMBENCH_SERVE_H
#define CBAMBENCH_SERVE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { serve_version = 1, serve_most_extents = 8, serve_most_sources = 16, serve_most_tasks = 64, serve_most_samples = 256 };

/// An array of single precision, row-major, aligned to 64 bytes.
typedef struct {
  int rank;
  size_t shape[serve_most_extents];
  size_t count;
  float *data;
  char file[64], name[256];
} serve_tensor;

/// Where a node's input comes from: 'i' input, 'n' node, 'w' weight; with its number.
typedef struct {
  char kind;
  int index, output;
} serve_source;

/// A primitive operator.
typedef struct {
  char op[64], name[256];
  serve_source from[serve_most_sources];
  int inputs, weight[serve_most_sources], weights;
  serve_tensor to; // of the first output; without memory
  char keys[512];  // " out=64 k=3x3 "
} serve_node;

typedef struct {
  int threads, inputs, weights, nodes, outputs;
  serve_tensor *input, *weight, *output; // outputs have memory to write to
  serve_node *node;
  serve_source *result; // where each output comes from
  double growth;        // set it above 1 if the errors are larger than the formula's
  char folder[4096], workload[4096];
} serve_task;

typedef const char *(*serve_prepare)(serve_task *, void **);
typedef void (*serve_function)(void *);

/// The text of a node's key, such as "3x3" for k; 0 if it has none.
static inline const char *serve_key(const serve_node *node, const char *key) {
  char word[80];
  snprintf(word, sizeof word, " %s=", key);
  const char *found = strstr(node->keys, word);
  return found ? found + strlen(word) : 0;
}

/// Up to four whole numbers of a key, as in k=3x3 and p=1x1x1x1; what is missing becomes `standard`.
static inline void serve_numbers(const serve_node *node, const char *key, int *numbers, int count, int standard) {
  const char *text = serve_key(node, key);
  for (int i = 0; i < count; i++) {
    numbers[i] = text ? (int)strtol(text, (char **)&text, 10) : standard;
    if (text && *text == 'x') text++;
    else text = 0;
  }
}

static inline int serve_number(const serve_node *node, const char *key, int standard) {
  int number;
  serve_numbers(node, key, &number, 1, standard);
  return number;
}

static inline double serve_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void *serve_memory(size_t bytes) {
  void *memory = 0;
  if (posix_memalign(&memory, 64, bytes ? bytes : 64)) abort();
  memset(memory, 0, bytes);
  return memory;
}

// A list grows one by one: tasks are short.
static void *serve_more(void *list, int count, size_t size) {
  list = realloc(list, (size_t)(count + 1) * size);
  if (!list) abort();
  memset((char *)list + (size_t)count * size, 0, size);
  return list;
}

static int serve_shape(serve_tensor *tensor, const char *text) {
  tensor->count = 1;
  for (tensor->rank = 0; *text; tensor->rank++) {
    char *end;
    if (tensor->rank == serve_most_extents) return 0;
    tensor->count *= tensor->shape[tensor->rank] = strtoul(text, &end, 10);
    if (end == text) return 0;
    text = *end == 'x' ? end + 1 : end;
  }
  return 1;
}

static serve_source serve_read_source(const char *text) {
  serve_source source = {text[0], 0, 0};
  const char *colon = strchr(text, ':');
  if (colon) sscanf(colon + 1, "%d.%d", &source.index, &source.output);
  return source;
}

// The elements of an array in the task's folder: version 1.0, single precision, C order, as the harness writes it.
static const char *serve_load(const serve_task *task, serve_tensor *tensor) {
  char path[4200];
  unsigned char head[10];
  snprintf(path, sizeof path, "%s/%s", task->folder, tensor->file);
  FILE *file = fopen(path, "rb");
  if (!file) return "a file of the task cannot be opened";
  tensor->data = (float *)serve_memory(tensor->count * sizeof(float));
  int is_read = fread(head, 1, 10, file) == 10 && !fseek(file, 10 + head[8] + 256 * head[9], SEEK_SET) &&
                fread(tensor->data, sizeof(float), tensor->count, file) == tensor->count;
  fclose(file);
  return is_read ? 0 : "a file of the task is too short";
}

static int serve_store(const serve_task *task, const serve_tensor *tensor) {
  char path[4200], extents[256] = "", head[128];
  for (int i = 0; i < tensor->rank; i++)
    snprintf(extents + strlen(extents), sizeof extents - strlen(extents), "%zu, ", tensor->shape[i]);
  memset(head, ' ', sizeof head);
  memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10); // 0x76: 118 bytes follow
  int length = snprintf(head + 10, 118, "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", extents);
  head[10 + length] = ' ';
  head[127] = '\n';
  snprintf(path, sizeof path, "%s/%s", task->folder, tensor->file);
  FILE *file = fopen(path, "wb");
  if (!file) return 0;
  int is_written = fwrite(head, 1, sizeof head, file) == sizeof head &&
                   fwrite(tensor->data, sizeof(float), tensor->count, file) == tensor->count;
  return !fclose(file) && is_written;
}

static const char *serve_read_line(serve_task *task, char *line) {
  char kind[16], a[600], b[600], c[600], d[600], e[600];
  int length = 0, version;
  if (sscanf(line, "task %d", &version) == 1) return version == serve_version ? 0 : "the task has another version";
  if (sscanf(line, "workload %4095[^\n]", task->workload) == 1) return 0;
  if (sscanf(line, "%15s", kind) != 1) return 0;
  if (!strcmp(kind, "input") || !strcmp(kind, "weight") || !strcmp(kind, "output")) {
    int is_input = kind[0] == 'i', is_weight = kind[0] == 'w';
    serve_tensor **list = is_input ? &task->input : is_weight ? &task->weight : &task->output;
    int *count = is_input ? &task->inputs : is_weight ? &task->weights : &task->outputs;
    *list = (serve_tensor *)serve_more(*list, *count, sizeof(serve_tensor));
    serve_tensor *tensor = &(*list)[(*count)++];
    int words = sscanf(line, "%*s %599s %63s %255s", a, tensor->file, tensor->name);
    if (words < 2 || !serve_shape(tensor, a)) return "the task has a line that cannot be read";
    if (is_input || is_weight) return serve_load(task, tensor);
    tensor->data = (float *)serve_memory(tensor->count * sizeof(float));
    task->result = (serve_source *)serve_more(task->result, *count - 1, sizeof(serve_source));
    task->result[*count - 1] = serve_read_source(tensor->name);
    return 0;
  }
  if (strcmp(kind, "node")) return 0; // a later version may say more
  task->node = (serve_node *)serve_more(task->node, task->nodes, sizeof(serve_node));
  serve_node *node = &task->node[task->nodes++];
  if (sscanf(line, "node %599s %599s %599s %599s %599s%n", a, b, c, d, e, &length) < 5) return "the task has a node that cannot be read";
  snprintf(node->op, sizeof node->op, "%.63s", a);
  snprintf(node->name, sizeof node->name, "%.255s", b);
  snprintf(node->keys, sizeof node->keys, "%.500s ", line + length);
  for (char *word = strtok(c, ","); word && *word != '-'; word = strtok(0, ",")) {
    if (node->inputs == serve_most_sources) return "a node has too many inputs";
    node->from[node->inputs++] = serve_read_source(word);
  }
  for (char *word = strtok(d, ","); word && *word != '-'; word = strtok(0, ",")) {
    if (node->weights == serve_most_sources) return "a node has too many weights";
    node->weight[node->weights++] = atoi(word);
  }
  e[strcspn(e, ",")] = 0;
  return serve_shape(&node->to, e) ? 0 : "a node has a shape that cannot be read";
}

static const char *serve_read_task(serve_task *task, int threads, const char *folder) {
  char path[4200], *line = 0;
  size_t size = 0;
  const char *wrong = 0;
  memset(task, 0, sizeof *task);
  task->threads = threads;
  task->growth = 1;
  snprintf(task->folder, sizeof task->folder, "%s", folder);
  snprintf(path, sizeof path, "%s/task.txt", folder);
  FILE *file = fopen(path, "r");
  if (!file) return "the task cannot be opened";
  while (!wrong && getline(&line, &size, file) > 0) {
    line[strcspn(line, "\n")] = 0;
    wrong = serve_read_line(task, line);
  }
  free(line);
  fclose(file);
  return wrong;
}

static void serve_free_task(serve_task *task) {
  for (int i = 0; i < task->inputs; i++) free(task->input[i].data);
  for (int i = 0; i < task->weights; i++) free(task->weight[i].data);
  for (int i = 0; i < task->outputs; i++) free(task->output[i].data);
  free(task->input), free(task->weight), free(task->output), free(task->node), free(task->result);
}

static long serve_switches(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

// One call that is not timed, then samples of calls in a row that take 100 us or more, for about so many seconds.
static void serve_measure(void *state, serve_function run, double seconds) {
  double samples[serve_most_samples], start, time;
  int count = 0, calls = 1;
  long switches = serve_switches();
  run(state);
  start = serve_seconds();
  run(state);
  time = serve_seconds() - start;
  if (time < 100e-6) calls = time > 1e-9 ? (int)(100e-6 / time) + 1 : 1000;
  else samples[count++] = time;
  while (count < serve_most_samples && (count == 0 || serve_seconds() - start < seconds)) {
    double begin = serve_seconds();
    for (int i = 0; i < calls; i++) run(state);
    samples[count++] = (serve_seconds() - begin) / calls;
  }
  printf("times %ld", serve_switches() - switches);
  for (int i = 0; i < count; i++) printf(" %.9g", samples[i] > 0 ? samples[i] : 1e-9);
  printf("\n");
}

/// Answers until it is asked to end; the status of the program.
static int serve(const char *name, const char *version, serve_prepare prepare, serve_function run, serve_function release) {
  static serve_task tasks[serve_most_tasks];
  static void *states[serve_most_tasks];
  int open = 0, index, threads, place;
  double seconds;
  char *line = 0;
  size_t size = 0;
  signal(SIGINT, SIG_IGN); // Ctrl-C is the harness's affair
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  while (getline(&line, &size, stdin) > 0) {
    line[strcspn(line, "\n")] = 0;
    if (!strncmp(line, "hello ", 6)) {
      printf("hello %d %s %s\n", serve_version, name, version);
    } else if (sscanf(line, "task %d %n", &threads, &place) == 1) {
      const char *wrong = open == serve_most_tasks ? "too many tasks are open" : 0;
      if (!wrong) {
        wrong = serve_read_task(&tasks[open], threads, line + place);
        if (!wrong) wrong = prepare(&tasks[open], &states[open]);
        if (wrong) serve_free_task(&tasks[open]);
      }
      if (wrong) {
        printf("refused %s\n", wrong);
      } else {
        if (tasks[open].growth > 1) printf("growth %g\n", tasks[open].growth);
        printf("opened %d\n", ++open);
      }
    } else if (sscanf(line, "compute %d", &index) == 1 && index >= 0 && index < open) {
      int is_stored = 1;
      run(states[index]);
      for (int i = 0; i < tasks[index].outputs; i++) is_stored &= serve_store(&tasks[index], &tasks[index].output[i]);
      printf(is_stored ? "computed\n" : "refused the outputs cannot be written\n");
    } else if (sscanf(line, "measure %d %lf", &index, &seconds) == 2 && index >= 0 && index < open) {
      serve_measure(states[index], run, seconds);
    } else if (!strcmp(line, "close")) {
      while (open > 0) {
        release(states[--open]);
        serve_free_task(&tasks[open]);
      }
      printf("closed\n");
    } else if (!strcmp(line, "quit")) {
      break;
    } else {
      printf("refused this is not a request of version %d, or of a task that is not open\n", serve_version);
    }
    fflush(stdout);
  }
  free(line);
  return 0;
}

#endif
