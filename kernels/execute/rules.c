/* What the executor has to know of each kind of step to trust its words. */
#include "execute/plan.h"

static const tir_step_rule rules[] = {
  [TIR_STEP_map] = {.known = 1, .least_operands = 1, .most_operands = TIR_MAX_OPERANDS, .attributes = -1, .code = -1},
  [TIR_STEP_copy] = {.known = 1, .least_operands = 2, .most_operands = 2, .results = 1, .one_type = 1},
  [TIR_STEP_fill] = {.known = 1, .least_operands = 1, .most_operands = 1, .results = 1, .code = 1},
  [TIR_STEP_mmt4d] = {
    .known = 1, .least_operands = 3, .most_operands = 3, .results = 1, .least_loops = 6, .attributes = 3,
    .sums = TIR_SUMS_K},
  [TIR_STEP_pack] = {
    .known = 1, .least_operands = 2, .most_operands = 2, .results = 1, .least_loops = 4, .attributes = 2, .code = 1,
    .one_type = 1, .plain = 1},
  [TIR_STEP_unpack] = {
    .known = 1, .least_operands = 2, .most_operands = 2, .results = 1, .least_loops = 4, .attributes = 2,
    .one_type = 1, .plain = 2},
  [TIR_STEP_reduce] = {
    .known = 1, .least_operands = 2, .most_operands = 2, .results = 1, .attributes = 3, .sums = TIR_SUMS_ROWS,
    .row_inputs = 1},
  [TIR_STEP_softmax] = {
    .known = 1, .least_operands = 2, .most_operands = 2, .results = 1, .attributes = 2, .row_inputs = 1},
  [TIR_STEP_layer_norm] = {
    .known = 1, .least_operands = 4, .most_operands = 4, .results = 1, .attributes = 2, .code = 1, .row_inputs = 1},
  [TIR_STEP_rms_norm] = {
    .known = 1, .least_operands = 3, .most_operands = 3, .results = 1, .attributes = 2, .code = 1, .row_inputs = 1},
  [TIR_STEP_matmul] = {
    .known = 1, .least_operands = 3, .most_operands = 3, .results = 1, .least_loops = 3, .sums = TIR_SUMS_LAST},
  [TIR_STEP_mmt4d_map] = {
    .known = 1, .least_operands = 2, .most_operands = TIR_MAX_OPERANDS, .results = 1, .least_loops = 6, .attributes = 3,
    .code = -1, .sums = TIR_SUMS_DEPTH},
  [TIR_STEP_contract] = {
    .known = 1, .least_operands = 3, .most_operands = 3, .results = 1, .least_loops = 4, .attributes = 1,
    .sums = TIR_SUMS_ROWS},
  [TIR_STEP_gather] = {
    .known = 1, .least_operands = 2, .most_operands = TIR_MAX_ATTRIBUTES / 2 + 2, .results = 1, .attributes_each = 2,
    .one_type = 1},
};

const tir_step_rule* tir_rule_of(int64_t kind) {
  const int64_t count = (int64_t)(sizeof(rules) / sizeof(rules[0]));
  return kind >= 0 && kind < count && rules[kind].known ? &rules[kind] : NULL;
}
