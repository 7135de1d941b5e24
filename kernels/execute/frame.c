/* Frames: the sizes and the memory of one call at a time. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "execute/plan.h"

enum { GRID_WORDS = sizeof(tir_grid) / sizeof(int64_t) };
#define TIR_HUGE_PAGE ((int64_t)2 << 20)

static int64_t whole_lines(int64_t bytes) { return (bytes + TIR_LINE - 1) / TIR_LINE * TIR_LINE; }

/* ---- sizes ------------------------------------------------------------------ */

/* The number of the value that can't be a size of a grid, or -1. */
static int64_t count_units(tir_frame* frame) {
  for (int64_t i = 0; i < frame->plan->header->programs; i++) {
    const tir_program program = frame->plan->program[i];
    tir_grid* grid = &frame->grid[i];
    grid->units = 1;
    for (int64_t d = 0; d < program.dims; d++) {
      const int64_t extent = frame->values[program.grid[2 * d]], block = frame->values[program.grid[2 * d + 1]];
      if (extent < 0) return program.grid[2 * d];
      if (block < 1) return program.grid[2 * d + 1];
      grid->extent[d] = extent;
      grid->block[d] = block;
      grid->blocks[d] = extent / block + (extent % block > 0);
      if (__builtin_mul_overflow(grid->units, grid->blocks[d], &grid->units)) return program.grid[2 * d];
    }
  }
  return -1;
}

/* Likewise of a buffer, or of a piece of scratch. */
static int64_t measure(tir_frame* frame) {
  const tir_plan* plan = frame->plan;
  for (int64_t i = 0; i < plan->header->buffers; i++) {
    const tir_buffer* b = &plan->buffers[i];
    const int64_t bytes = frame->values[b->bytes];
    if (bytes < 0) return b->bytes;
    if (b->kind == TIR_BUFFER_CONSTANT && bytes > plan->constant_bytes[b->index]) return b->bytes;
    frame->bytes[i] = bytes;
  }
  for (int64_t i = 0; i < plan->header->programs; i++) {
    const tir_program program = plan->program[i];
    if (!program.launched) continue; /* whoever runs it has memory for it */
    int64_t all = 0;
    for (int64_t s = 0; s < program.scratches; s++) {
      const int64_t bytes = frame->values[program.scratch[s]];
      if (bytes < 0 || bytes > INT64_MAX / 4 || all > INT64_MAX / 4) return program.scratch[s];
      all += whole_lines(bytes) + TIR_LINE;
    }
    if (all > frame->scratch_bytes) frame->scratch_bytes = all;
  }
  return -1;
}

/* ---- memory ------------------------------------------------------------------ */

/* The parts of a worker's memory, one behind the other. */
static int64_t slots_bytes(const tir_plan* plan) { return whole_lines((plan->registers + plan->values) * 8); }
static int64_t binding_bytes(const tir_plan* plan) { return whole_lines((plan->scratches + plan->bindings) * 8); }

static int allocate(tir_frame* frame, int64_t byte_limit) {
  const tir_plan* plan = frame->plan;
  frame->arena_bytes = tir_place_buffers(plan, frame->bytes, (int64_t*)frame->address);
  if (frame->arena_bytes < 0) return TIR_STATUS_NO_MEMORY;
  frame->worker_bytes = whole_lines(sizeof(tir_worker)) + slots_bytes(plan) + 2 * binding_bytes(plan) +
                        frame->scratch_bytes + TIR_WORKSPACE_BYTES;
  int64_t all;
  if (__builtin_mul_overflow(frame->worker_bytes, frame->threads, &all)) return TIR_STATUS_NO_MEMORY;
  if (__builtin_add_overflow(frame->arena_bytes, all, &all)) return TIR_STATUS_NO_MEMORY;
  if (byte_limit >= 0 && all > byte_limit) return TIR_STATUS_NO_MEMORY;
  const bool large = frame->arena_bytes >= 2 * TIR_HUGE_PAGE;
  void* memory;
  if (all > INT64_MAX - TIR_HUGE_PAGE) return TIR_STATUS_NO_MEMORY;
  if (posix_memalign(&memory, large ? (size_t)TIR_HUGE_PAGE : TIR_LINE, (size_t)all) != 0) return TIR_STATUS_NO_MEMORY;
  if (large) madvise(memory, (size_t)frame->arena_bytes, MADV_HUGEPAGE);
  frame->memory = memory;
  return TIR_STATUS_OK;
}

/* What is known before a call. The offsets of arena buffers stand in `address` already. */
static void set_addresses(tir_frame* frame) {
  const tir_plan* plan = frame->plan;
  for (int64_t i = 0; i < plan->header->buffers; i++) {
    const tir_buffer* b = &plan->buffers[i];
    if (tir_in_arena(b->kind)) {
      frame->address[i] = frame->memory + (int64_t)frame->address[i];
    } else {
      frame->address[i] = b->kind == TIR_BUFFER_CONSTANT ? (char*)plan->constants[b->index] : NULL;
    }
  }
}

tir_worker* tir_frame_worker(tir_frame* frame, int64_t number) {
  const tir_plan* plan = frame->plan;
  char* memory = frame->memory + frame->arena_bytes + number * frame->worker_bytes;
  tir_worker* worker = (tir_worker*)memory;
  if (frame->ready[number]) return worker;
  memory += whole_lines(sizeof(tir_worker));
  worker->slots = (int64_t*)memory + plan->registers;
  memory += slots_bytes(plan);
  worker->address = (char**)memory + plan->scratches;
  memory += binding_bytes(plan);
  worker->bytes = (int64_t*)memory + plan->scratches;
  memory += binding_bytes(plan);
  worker->scratch = memory;
  worker->number = number;
  worker->busy_ns = 0;
  worker->step.workspace = memory + frame->scratch_bytes;
  for (int64_t i = 0; i < plan->values; i++) worker->slots[i] = frame->values[i];
  frame->ready[number] = 1;
  return worker;
}

/* ---- the functions of the interface ------------------------------------------- */

static int open_frame(tir_frame* frame, const int64_t* symbols, int64_t byte_limit, int64_t* value) {
  const tir_plan* plan = frame->plan;
  /* The symbols of the plan: the threads, then the call's. */
  int64_t* all = frame->values + plan->header->numbers;
  all[0] = frame->threads;
  for (int64_t i = 1; i < plan->header->symbols; i++) all[i] = symbols[i - 1];
  *value = tir_evaluate(plan, frame->values);
  if (*value < 0) *value = count_units(frame);
  if (*value < 0) *value = measure(frame);
  if (*value >= 0) return TIR_STATUS_BAD_SIZE;
  const int status = allocate(frame, byte_limit);
  if (status == TIR_STATUS_OK) set_addresses(frame);
  return status;
}

int tir_frame_open(const tir_plan* plan, const int64_t* symbols, int64_t symbol_count, int64_t threads,
                   int64_t byte_limit, int checked, tir_frame** frame, tir_fault* fault) {
  *frame = NULL;
  *fault = (tir_fault){TIR_STATUS_BAD_SIZE, .command = -1, .unit = -1, .step = -1, .operand = -1, .value = -1,
                       .size = -1};
  const tir_header* header = plan->header;
  if (symbol_count != header->symbols - 1) return TIR_STATUS_BAD_SIZE;
  if (threads < 1 || threads > TIR_MAX_THREADS) {
    fault->value = header->numbers;
    return TIR_STATUS_BAD_SIZE;
  }
  const int64_t words =
      plan->values + 2 * header->buffers + GRID_WORDS * header->programs + 3 * header->commands + threads;
  tir_frame* made = calloc(1, sizeof(tir_frame) + (size_t)words * 8);
  if (made == NULL) {
    fault->status = TIR_STATUS_NO_MEMORY;
    return TIR_STATUS_NO_MEMORY;
  }
  made->plan = plan;
  made->threads = threads;
  made->checked = checked != 0;
  atomic_flag_clear(&made->fault_lock);
  made->values = (int64_t*)(made + 1);
  made->address = (char**)(made->values + plan->values);
  made->bytes = (int64_t*)(made->address + header->buffers);
  made->grid = (tir_grid*)(made->bytes + header->buffers);
  made->command_ns = (int64_t*)(made->grid + header->programs);
  made->command_units = made->command_ns + header->commands;
  made->unit_ns = made->command_units + header->commands;
  made->ready = made->unit_ns + header->commands;
  const int status = open_frame(made, symbols, byte_limit, &fault->value);
  fault->status = status;
  if (status == TIR_STATUS_OK) {
    *frame = made;
  } else {
    tir_frame_close(made);
  }
  return status;
}

void tir_frame_close(tir_frame* frame) {
  if (frame == NULL) return;
  free(frame->first_step);
  free(frame->counters);
  free(frame->memory);
  free(frame);
}

int64_t tir_frame_value(const tir_frame* frame, int64_t index) {
  return index >= 0 && index < frame->plan->values ? frame->values[index] : -1;
}

void* tir_frame_buffer(const tir_frame* frame, int64_t buffer) {
  return buffer >= 0 && buffer < frame->plan->header->buffers ? frame->address[buffer] : NULL;
}

int64_t tir_frame_buffer_bytes(const tir_frame* frame, int64_t buffer) {
  return buffer >= 0 && buffer < frame->plan->header->buffers ? frame->bytes[buffer] : -1;
}

int64_t tir_frame_arena_bytes(const tir_frame* frame) { return frame->arena_bytes; }
int64_t tir_frame_scratch_bytes(const tir_frame* frame) { return frame->scratch_bytes; }
