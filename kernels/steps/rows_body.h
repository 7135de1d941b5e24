/* All steps along rows, for the instruction set that the including file is compiled for. */
#include "steps/folds_body.h"
#include "steps/rows.h"
#include "vector/halves.h"
#include "vector/math_body.h"
#include "vector/math_exp_f64.h"

typedef float __attribute__((may_alias)) memory_f;
typedef double __attribute__((may_alias)) memory_d;
enum { type_f = TIR_TYPE_f32, type_d = TIR_TYPE_f64 };

#define REAL float
#define REAL_IS_F32 1
#define VECTOR tir_vf
#define VECTOR_LANES TIR_VF_LANES
#define OF(name) name##_f
#define row_exp_f tir_exp_f32
#include "steps/rows_typed.h"
#undef REAL
#undef REAL_IS_F32
#undef VECTOR
#undef VECTOR_LANES
#undef OF

#define REAL double
#define REAL_IS_F32 0
#define VECTOR tir_vd
#define VECTOR_LANES TIR_VD_LANES
#define OF(name) name##_d
#define row_exp_d tir_exp_f64
#include "steps/rows_typed.h"

static int reduce(const tir_rows* rows) {
  if (rows->reduction == TIR_REDUCE_add || rows->reduction == TIR_REDUCE_mul) {
    switch (rows->type[0]) {
      case TIR_TYPE_f64: return sum_d(rows);
      case TIR_TYPE_f32: case TIR_TYPE_f16: case TIR_TYPE_bf16: return sum_f(rows);
      default: break;
    }
  }
  return fold_rows(rows);
}

static int normalise(const tir_rows* rows) {
  return rows->type[0] == TIR_TYPE_f64 ? normalise_d(rows) : normalise_f(rows);
}
