/* Reads the code of an mmt4d_map step: is it one of the forms that kernels widen themselves? */
#include "steps/widened.h"

#include "vector/map.h"

enum { NOTHING, PLAIN, HALF, NIBBLE, WIDE, SHIFTED, SCALED, MOST_REGISTERS = 64 };

/* What a register holds: PLAIN, an operand or a constant; HALF, a byte whose half, given by `shift`, stands in the low
 * bits; NIBBLE, the low four bits of a byte; WIDE, an operand
 * as f32; SHIFTED, that less `zero`; SCALED, one of these times `scale`. */
typedef struct {
  int what, kind;
  int32_t shift;
  tir_widened_term of, zero, scale;
} content;

static int kind_of(int32_t type) {
  switch (type) {
    case TIR_TYPE_i8: return TIR_WIDENED_i8;
    case TIR_TYPE_u8: return TIR_WIDENED_u8;
    case TIR_TYPE_bf16: return TIR_WIDENED_bf16;
    case TIR_TYPE_f16: return TIR_WIDENED_f16;
    default: return TIR_WIDENED_KINDS;
  }
}

/* Whether it can be a zero point or a scale: a plain f32, or what was widened from whole bytes. */
static bool is_term(const tir_step* step, const content* c) {
  if (c->what == WIDE) return c->kind != TIR_WIDENED_i4 && c->kind != TIR_WIDENED_i4x2 && c->kind != TIR_WIDENED_u4x2;
  return c->what == PLAIN && (c->of.operand < 0 || step->type[1 + c->of.operand] == TIR_TYPE_f32);
}

static bool subtract(const tir_step* step, const content* a, const content* b, content* out) {
  if (a->what != WIDE || !is_term(step, b)) return false;
  *out = *a;
  out->what = SHIFTED;
  out->zero = b->of;
  return true;
}

static bool scale(const tir_step* step, const content* a, const content* b, content* out) {
  if ((a->what != WIDE && a->what != SHIFTED) || !is_term(step, b)) return false;
  *out = *a;
  out->what = SCALED;
  out->scale = b->of;
  return true;
}

static bool is_byte(const tir_step* step, const content* c, int32_t type) {
  return c->what == PLAIN && c->of.operand >= 0 && step->type[1 + c->of.operand] == type;
}

/* Runs one instruction on contents; false: it is none of those. */
static bool run(const tir_step* step, const int64_t* word, const content* held, content* out) {
  const int32_t function = tir_field(word[0], 0, 0xffff), type = tir_field(word[0], 16, 0xff);
  const content* a = &held[tir_field(word[1], 0, 0xffff)];
  const content* b = &held[tir_field(word[1], 16, 0xffff)];
  const content* c = &held[tir_field(word[1], 32, 0xffff)];
  if (function == TIR_FN_move) {
    *out = *a;
    return true;
  }
  if (function == TIR_FN_shr && type == TIR_TYPE_i8 && is_byte(step, a, TIR_TYPE_i8) && is_byte(step, b, TIR_TYPE_i8)) {
    *out = *a;
    out->what = HALF;
    out->shift = b->of.operand;
    return true;
  }
  if (function == TIR_FN_wrap_i4 && (a->what == HALF || is_byte(step, a, TIR_TYPE_i4))) {
    *out = *a;
    out->what = NIBBLE;
    out->kind = a->what == HALF ? TIR_WIDENED_i4x2 : TIR_WIDENED_i4;
    return true;
  }
  if (function == TIR_FN_and && type == TIR_TYPE_u8 && a->what == HALF && b->what == PLAIN && b->of.operand < 0 &&
      (b->of.bits & 255) == 15) {
    *out = *a;
    out->what = NIBBLE;
    out->kind = TIR_WIDENED_u4x2;
    return true;
  }
  if (type != TIR_TYPE_f32) return false;
  if (function == TIR_FN_cast) {
    const int32_t source = tir_field(word[0], 24, 0xff);
    const bool plain = a->what == PLAIN && a->of.operand >= 0 && step->type[1 + a->of.operand] == source;
    *out = *a;
    out->what = WIDE;
    const bool nibble = a->what == NIBBLE && source == (a->kind == TIR_WIDENED_u4x2 ? TIR_TYPE_u8 : TIR_TYPE_i8);
    out->kind = nibble ? a->kind : plain ? kind_of(source) : TIR_WIDENED_KINDS;
    return out->kind < TIR_WIDENED_KINDS;
  }
  if (function == TIR_FN_sub) return subtract(step, a, b, out);
  if (function == TIR_FN_mul) return scale(step, a, b, out) || scale(step, b, a, out);
  content shifted;
  return function == TIR_FN_sub_mul && subtract(step, a, b, &shifted) && scale(step, &shifted, c, out);
}

bool tir_widened_read(const tir_step* step, const tir_map_code* code, tir_widened_form* form) {
  const int32_t inputs = step->operands - 2, made = inputs, constants = made + 1 + code->indices;
  const int32_t registers = constants + code->constants + code->registers;
  if (registers > MOST_REGISTERS || code->indices > 0) return false;
  content held[MOST_REGISTERS];
  for (int32_t r = 0; r < registers; r++) {
    held[r].what = r < made || (r >= constants && r < constants + code->constants) ? PLAIN : NOTHING;
    held[r].kind = TIR_WIDENED_KINDS;
    held[r].shift = -1;
    held[r].of.operand = r < made ? r : -1;
    held[r].of.bits = held[r].what == PLAIN && r >= constants ? code->constant[2 * (r - constants) + 1] : 0;
    held[r].of.there = true;
    held[r].zero.there = held[r].scale.there = false;
  }
  for (int i = 0; i < code->instructions; i++) {
    const int64_t* word = &code->instruction[2 * i];
    content out;
    if (!run(step, word, held, &out)) return false;
    held[tir_field(word[1], 48, 0xffff)] = out;
  }
  const content* found = &held[made];
  const bool as_is = found->what == PLAIN && found->of.operand >= 0 && step->type[1 + found->of.operand] == TIR_TYPE_f32;
  if (found->what != WIDE && found->what != SCALED && !as_is) return false;
  form->kind = as_is ? TIR_WIDENED_f32 : found->kind;
  form->source = found->of.operand;
  form->shift = found->shift;
  form->zero = found->zero;
  form->scale = found->scale;
  return true;
}
