/* Reads the code of a map step. Every word is checked on every call, so that damaged code can't leave the memory of the
 * step; it costs about a nanosecond for an instruction. */
#include "vector/map.h"

/* Operands of each function before the pairs, which have three. */
static const int8_t few_operands[TIR_FN_add_add] = {
#define TIR_FUNCTION(name, operands) [TIR_FN_##name] = operands,
#include "vector/functions.inc"
#undef TIR_FUNCTION
  [TIR_FN_move] = 1, [TIR_FN_round_f16] = 1, [TIR_FN_round_bf16] = 1, [TIR_FN_odd] = 1, [TIR_FN_fma_odd] = 3,
  [TIR_FN_wrap_i4] = 1,
};

static int operands_of(int32_t function) { return function < TIR_FN_add_add ? few_operands[function] : 3; }

static int64_t result_bytes(int32_t function, int32_t type) {
  switch (function) {
    case TIR_FN_eq: case TIR_FN_ne: case TIR_FN_lt: case TIR_FN_le: case TIR_FN_gt: case TIR_FN_ge: return 1;
    case TIR_FN_odd: return type == TIR_TYPE_f64 ? 4 : 8;
    default: return tir_type_bytes(type);
  }
}

/* Whether there is such a function; none of the numbers is negative. */
static bool known(const tir_block_table* table, int32_t function, int32_t type, int32_t source) {
  if (function >= TIR_MACHINE_FUNCTIONS || type >= TIR_TYPE_NUMBERS || source >= TIR_TYPE_NUMBERS) return false;
  if (function == TIR_FN_cast) return table->cast[type][source] != NULL;
  return table->function[function][type] != NULL ||
         (function < TIR_FUNCTIONS && operands_of(function) < 3 && table->math(function, type) != NULL);
}

int tir_map_read(const tir_step* step, int64_t results, const tir_block_table* table, tir_map_code* code) {
  const int64_t* words = step->code;
  if (step->code_words < TIR_CODE_HEADER) return TIR_STATUS_BAD_SIZE;
  for (int i = 0; i < TIR_CODE_HEADER; i++) {
    if (words[i] < 0 || words[i] > UINT16_MAX) return TIR_STATUS_BAD_SIZE;
  }
  code->indices = (int32_t)words[0];
  code->constants = (int32_t)words[1];
  code->registers = (int32_t)words[2];
  code->widest = words[3];
  code->instructions = (int32_t)words[4];
  const int64_t pairs = code->constants + code->instructions;
  if (code->indices > step->loops || step->code_words != TIR_CODE_HEADER + code->indices + 2 * pairs) {
    return TIR_STATUS_BAD_SIZE;
  }
  code->index = words + TIR_CODE_HEADER;
  code->constant = code->index + code->indices;
  code->instruction = code->constant + 2 * code->constants;
  code->read = 0;
  if (code->indices > 0 && step->attributes < 2 + step->loops) return TIR_STATUS_BAD_SIZE;
  for (int i = 0; i < code->indices; i++) {
    if (code->index[i] < 0 || code->index[i] >= step->loops) return TIR_STATUS_BAD_SIZE;
    if (code->widest < 8) code->widest = 8;
  }
  for (int i = 0; i < step->operands; i++) {
    const int64_t bytes = tir_type_bytes(step->type[i]);
    if (bytes == 0) return TIR_STATUS_BAD_TYPE;
    if (code->widest < bytes) code->widest = bytes;
  }
  if (code->widest > 8) return TIR_STATUS_BAD_SIZE;

  const int32_t views = step->operands + code->indices, writable = views + code->constants;
  const int32_t count = writable + code->registers, first_result = step->operands - (int32_t)results;
  uint64_t written = 0;
  for (int i = 0; i < code->instructions; i++) {
    const int64_t what = code->instruction[2 * i], where = code->instruction[2 * i + 1];
    const int32_t function = tir_field(what, 0, 0xffff), type = tir_field(what, 16, 0xff);
    const int32_t source = tir_field(what, 24, 0xff);
    if ((uint64_t)what >> 32 != 0 || !known(table, function, type, source)) return TIR_STATUS_BAD_TYPE;
    int64_t bytes = function == TIR_FN_select ? 1 : tir_type_bytes(function == TIR_FN_cast ? source : type);
    for (int j = 0; j < operands_of(function); j++) {
      const int32_t from = tir_field(where, 16 * j, 0xffff);
      if (from >= count || bytes > code->widest) return TIR_STATUS_BAD_SIZE;
      if (from < views) {
        if (bytes != (from < step->operands ? tir_type_bytes(step->type[from]) : 8)) return TIR_STATUS_BAD_TYPE;
        if (!(written >> from & 1)) code->read |= (uint64_t)1 << from;
      }
      bytes = tir_type_bytes(type);
    }
    const int32_t out = tir_field(where, 48, 0xffff);
    bytes = result_bytes(function, type);
    if (out >= count || bytes > code->widest) return TIR_STATUS_BAD_SIZE;
    if (out < writable) {
      if (out < first_result || out >= step->operands) return TIR_STATUS_BAD_SIZE;
      if (bytes != tir_type_bytes(step->type[out])) return TIR_STATUS_BAD_TYPE;
      written |= (uint64_t)1 << out;
    }
  }
  for (int i = first_result; i < step->operands; i++) {
    if (!(written >> i & 1)) return TIR_STATUS_BAD_SIZE;
  }
  return TIR_STATUS_OK;
}
