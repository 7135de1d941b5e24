/* The steps along rows: checks, the simplest form of their loops, and the choice of the instruction set. */
#include "steps/rows.h"

static const tir_row_functions* functions_for(uint64_t cpu_features) {
#if defined(__x86_64__)
  if (cpu_features & TIR_CPU_X86_AVX512) return &tir_rows_avx512;
  if (cpu_features & TIR_CPU_X86_AVX2) return &tir_rows_avx2;
#endif
  (void)cpu_features;
  return &tir_rows_generic;
}

/* Adds loop `l` of the step, or merges it with the loop before. */
static void add_loop(const tir_step* step, int l, tir_row_loops* loops) {
  const int64_t size = step->size[l];
  if (size <= 1) return;
  int64_t stride[TIR_ROW_OPERANDS];
  bool merges = loops->count > 0;
  const int last = loops->count - 1;
  for (int o = 0; o < step->operands; o++) {
    stride[o] = step->stride[o][l] * tir_type_bytes(step->type[o]);
    merges = merges && loops->stride[o][last] == stride[o] * size;
  }
  const int at = merges ? last : loops->count++;
  loops->size[at] = merges ? loops->size[at] * size : size;
  for (int o = 0; o < step->operands; o++) loops->stride[o][at] = stride[o];
}

/* Fills `rows` from a step with these operands and attributes. `any`: whether there is a row. */
static int read_step(const tir_step* step, int operands, int attributes, tir_rows* rows, bool* any) {
  if (step->operands != operands || step->attributes < attributes) return TIR_STATUS_BAD_SIZE;
  const int64_t along = step->attribute[0], extent = step->attribute[1];
  if (along < 0 || along > step->loops || step->loops > TIR_MAX_LOOPS) return TIR_STATUS_BAD_SIZE;
  const int first = step->loops - (int)along;
  rows->operands = operands;
  rows->kind = step->kind;
  rows->workspace = step->workspace;
  rows->outer.count = rows->along.count = 0;
  rows->positions = 1;
  *any = true;
  for (int o = 0; o < operands; o++) {
    rows->base[o] = step->base[o];
    rows->type[o] = step->type[o];
    if (tir_type_bytes(step->type[o]) == 0) return TIR_STATUS_BAD_TYPE;
  }
  for (int l = 0; l < step->loops; l++) {
    if (step->size[l] < 0) return TIR_STATUS_BAD_SIZE;
    if (l >= first && __builtin_mul_overflow(rows->positions, step->size[l], &rows->positions)) {
      return TIR_STATUS_BAD_SIZE;
    }
    if (l < first && step->size[l] == 0) *any = false;
    add_loop(step, l, l < first ? &rows->outer : &rows->along);
  }
  if (rows->along.count == 0 || rows->positions == 0) {
    rows->along.count = 1;
    rows->along.size[0] = rows->positions;
    for (int o = 0; o < operands; o++) rows->along.stride[o][0] = tir_type_bytes(step->type[o]);
  }
  if (extent < -1 || extent > rows->positions) return TIR_STATUS_BAD_SIZE;
  rows->valid = extent < 0 ? rows->positions : extent;
  return TIR_STATUS_OK;
}

static void present_block(tir_row_across* across) {
  const int64_t left = across->size - across->done;
  across->count = left < across->width ? left : across->width;
  across->from = across->walk.offset[0] + across->done * across->from_step;
  across->to = across->walk.offset[1] + across->done * across->to_step;
}

bool tir_row_across_begin(const tir_rows* rows, int64_t width, tir_row_across* across) {
  const int64_t bytes = tir_type_bytes(rows->type[0]);
  if (rows->valid < 2 || rows->along.stride[0][rows->along.count - 1] == bytes) return false;
  int chosen = rows->outer.count - 1;
  while (chosen >= 0 && rows->outer.stride[0][chosen] != bytes) chosen--;
  if (chosen < 0) return false;
  across->rows = rows;
  across->loop = chosen;
  across->width = width;
  across->size = rows->outer.size[chosen];
  across->from_step = bytes;
  across->to_step = rows->outer.stride[1][chosen];
  across->done = 0;
  across->walk = (tir_row_walk){{0}, {0}};
  present_block(across);
  return true;
}

bool tir_row_across_next(tir_row_across* across) {
  across->done += across->count;
  if (across->done == across->size) {
    across->done = 0;
    if (!tir_row_step(across->rows, &across->walk, across->loop)) return false;
  }
  present_block(across);
  return true;
}

int tir_step_reduce(tir_step* step) {
  tir_rows rows;
  bool any;
  const int status = read_step(step, 2, 3, &rows, &any);
  if (status != TIR_STATUS_OK) return status;
  if (rows.type[0] != rows.type[1]) return TIR_STATUS_BAD_TYPE;
  rows.reduction = (int32_t)step->attribute[2];
  if (step->attribute[2] < TIR_REDUCE_add || step->attribute[2] > TIR_REDUCE_xor) return TIR_STATUS_BAD_TYPE;
  if (!any) return TIR_STATUS_OK;
  return functions_for(step->cpu_features)->reduce(&rows);
}

static bool is_float(int32_t type) {
  return type == TIR_TYPE_f32 || type == TIR_TYPE_f64 || type == TIR_TYPE_f16 || type == TIR_TYPE_bf16;
}

/* Softmax and the norms: all operands have the type of the source. */
static int normalise(tir_step* step, int operands, bool takes_epsilon) {
  tir_rows rows;
  bool any;
  const int status = read_step(step, operands, 2, &rows, &any);
  if (status != TIR_STATUS_OK) return status;
  for (int o = 0; o < operands; o++) {
    if (rows.type[o] != rows.type[0] || !is_float(rows.type[o])) return TIR_STATUS_BAD_TYPE;
  }
  rows.epsilon = 0;
  if (takes_epsilon) {
    if (step->code_words < 1) return TIR_STATUS_BAD_SIZE;
    union { int64_t bits; double value; } epsilon = {.bits = step->code[0]};
    rows.epsilon = epsilon.value;
  }
  if (!any) return TIR_STATUS_OK;
  return functions_for(step->cpu_features)->normalise(&rows);
}

int tir_step_softmax(tir_step* step) { return normalise(step, 2, false); }
int tir_step_layer_norm(tir_step* step) { return normalise(step, 4, true); }
int tir_step_rms_norm(tir_step* step) { return normalise(step, 3, true); }
