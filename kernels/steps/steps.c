/* Steps by their kind. */
#include "steps/steps.h"

static const tir_step_function step_functions[] = {
  [TIR_STEP_map] = tir_step_map,
  [TIR_STEP_copy] = tir_step_copy,
  [TIR_STEP_fill] = tir_step_fill,
  [TIR_STEP_gather] = tir_step_gather,
  [TIR_STEP_mmt4d] = tir_step_mmt4d,
  [TIR_STEP_pack] = tir_step_pack,
  [TIR_STEP_unpack] = tir_step_unpack,
  [TIR_STEP_reduce] = tir_step_reduce,
  [TIR_STEP_softmax] = tir_step_softmax,
  [TIR_STEP_layer_norm] = tir_step_layer_norm,
  [TIR_STEP_rms_norm] = tir_step_rms_norm,
  [TIR_STEP_matmul] = tir_step_matmul,
  [TIR_STEP_mmt4d_map] = tir_step_mmt4d_map,
  [TIR_STEP_contract] = tir_step_contract,
};

int tir_run_step(tir_step* step) {
  const int32_t count = (int32_t)(sizeof(step_functions) / sizeof(step_functions[0]));
  if (step->kind < 0 || step->kind >= count) return TIR_STATUS_BAD_TYPE;
  return step_functions[step->kind](step);
}
