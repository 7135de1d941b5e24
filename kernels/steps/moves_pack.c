/* The steps pack and unpack: the kernels of the table, for each position of the outer loops. */
#include "steps/moves.h"

enum { TIR_LOOPS_OF_A_PACK = 4 }; /* o0, o1, t0, t1 */

static int64_t between(int64_t value, int64_t low, int64_t high) {
  return value < low ? low : value > high ? high : value;
}

/* The stride of a plain dimension that is split into loops `outer` and `inner`; false: it is not one dimension. */
static bool plain_stride(const tir_step* step, int operand, int outer, int inner, int64_t* stride) {
  const int64_t tile = step->size[inner];
  if (tile == 1) {
    *stride = step->stride[operand][outer];
    return true;
  }
  *stride = step->stride[operand][inner];
  int64_t whole;
  return step->size[outer] == 1 ||
         (!__builtin_mul_overflow(*stride, tile, &whole) && whole == step->stride[operand][outer]);
}

static int run(tir_step* step, int plain, int packed) {
  if (step->operands != 2 || step->loops < TIR_LOOPS_OF_A_PACK || step->attributes < 2) return TIR_STATUS_BAD_SIZE;
  const int64_t bytes = tir_type_bytes(step->type[0]);
  if (step->type[0] != step->type[1] || bytes == 0) return TIR_STATUS_BAD_TYPE;
  for (int l = 0; l < step->loops; l++) {
    if (step->size[l] == 0) return TIR_STATUS_OK;
  }
  const bool packing = packed == 1;
  if (packing && step->code_words < 1) return TIR_STATUS_BAD_SIZE;
  const int outer = step->loops - TIR_LOOPS_OF_A_PACK;
  tir_copy_problem p = {
      .packing = packing,
      .from = step->base[0],
      .to = step->base[1],
      .batch = 1,
      .element_bytes = bytes,
      .padding = packing ? (uint64_t)step->code[0] : 0,
      .cpu_features = step->cpu_features,
  };
  for (int a = 0; a < 2; a++) {
    const int o = outer + a, t = outer + 2 + a;
    int64_t elements;
    if (__builtin_mul_overflow(step->size[o], step->size[t], &elements)) return TIR_STATUS_BAD_SIZE;
    tir_copy_axis* axis = &p.axis[a];
    *axis = (tir_copy_axis){
        .size = between(step->attribute[a], 0, elements),
        .tile = step->size[t],
        .outer = step->size[o],
        .packed = step->stride[packed][o],
        .inside = step->size[t] > 1 ? step->stride[packed][t] : 0,
    };
    if (!plain_stride(step, plain, o, t, &axis->plain)) return TIR_STATUS_BAD_SIZE;
  }
  /* The tile is contiguous in one order or the other. */
  tir_copy_axis* axis = p.axis;
  if (axis[0].inside == 1) {
    const tir_copy_axis first = axis[0];
    axis[0] = axis[1];
    axis[1] = first;
  }
  if (axis[1].tile > 1 && axis[1].inside != 1) return TIR_STATUS_BAD_SIZE;
  if (axis[0].tile > 1 && axis[0].inside != axis[1].tile) return TIR_STATUS_BAD_SIZE;
  axis[0].inside = axis[1].tile;
  axis[1].inside = 1;

  tir_copy_choice choice;
  const int status = tir_copy_choose(&p, &choice);
  if (status != TIR_STATUS_OK) return status;
  tir_nest_loop loop[TIR_MAX_LOOPS];
  int loops = 0;
  for (int l = 0; l < outer; l++) {
    if (step->size[l] == 1) continue;
    loop[loops++] = (tir_nest_loop){step->size[l], step->stride[0][l] * bytes, step->stride[1][l] * bytes};
  }
  const char* from = p.from;
  char* to = p.to;
  int64_t position[TIR_MAX_LOOPS] = {0};
  do {
    p.from = from;
    p.to = to;
    tir_copy_loops(&p, choice.fast, choice.rest);
  } while (tir_nest_next(loop, loops, position, &from, &to));
  return TIR_STATUS_OK;
}

int tir_step_pack(tir_step* step) { return run(step, 0, 1); }
int tir_step_unpack(tir_step* step) { return run(step, 1, 0); }
