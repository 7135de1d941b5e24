/* Whether a step stays inside of its buffers: what the loops reach, before it runs. */
#include "execute/plan.h"

/* The lowest and the highest element that an operand reaches, counted from its offset. */
typedef struct {
  int64_t low, high;
} span;

/* Adds `times` * stride to an end of a span. False: it overflows. */
static bool move(int64_t* end, int64_t times, int64_t stride) {
  int64_t distance;
  return !__builtin_mul_overflow(times, stride, &distance) && !__builtin_add_overflow(*end, distance, end);
}

static bool widen(span* s, int64_t size, int64_t stride) {
  return move(stride < 0 ? &s->low : &s->high, size - 1, stride);
}

/* Some loops as one row-major axis. */
typedef struct {
  int32_t count;
  int32_t loop[TIR_MAX_LOOPS];
} axis;

/* Widens by the first `extent` positions of an axis; there is at least one. They are boxes: at each loop, all before
 * it stand at their last position, it runs up to its own, and all behind it run freely. */
static bool widen_axis(span* s, const tir_step* step, int64_t operand, const axis* a, int64_t extent) {
  const int64_t* stride = step->stride[operand];
  int64_t digit[TIR_MAX_LOOPS], rest = extent;
  for (int32_t i = a->count - 1; i >= 0; i--) {
    digit[i] = rest % step->size[a->loop[i]];
    rest /= step->size[a->loop[i]];
  }
  if (rest > 0) { /* the whole axis */
    for (int32_t i = 0; i < a->count; i++) {
      if (!widen(s, step->size[a->loop[i]], stride[a->loop[i]])) return false;
    }
    return true;
  }
  int64_t before = 0, low = INT64_MAX, high = INT64_MIN;
  for (int32_t i = 0; i < a->count; i++) {
    if (digit[i] > 0) {
      span box = {before, before};
      if (!widen(&box, digit[i], stride[a->loop[i]])) return false;
      for (int32_t j = i + 1; j < a->count; j++) {
        if (!widen(&box, step->size[a->loop[j]], stride[a->loop[j]])) return false;
      }
      if (box.low < low) low = box.low;
      if (box.high > high) high = box.high;
    }
    if (!move(&before, digit[i], stride[a->loop[i]])) return false;
  }
  return move(&s->low, 1, low) && move(&s->high, 1, high);
}

/* Widens by an axis and drops its loops from those that are left. An extent that is negative means the whole axis. */
static bool bound(span* s, uint32_t* left, const tir_step* step, int64_t operand, const axis* a, int64_t extent) {
  for (int32_t i = 0; i < a->count; i++) *left &= ~(1u << a->loop[i]);
  return widen_axis(s, step, operand, a, extent < 0 ? INT64_MAX : extent);
}

/* Whether a loop is one of those over which a step sums. */
static bool is_summed(const tir_step* step, const tir_step_rule* rule, int32_t loop) {
  if (rule->sums == TIR_SUMS_ROWS) return loop >= step->loops - step->attribute[0];
  if (rule->sums == TIR_SUMS_LAST) return loop == step->loops - 1;
  if (rule->sums == TIR_SUMS_DEPTH) {
    return loop == step->loops - 1 || (loop < step->loops - 3 && loop >= step->loops - 3 - step->attribute[2]);
  }
  return rule->sums == TIR_SUMS_K && (loop == step->loops - 4 || loop == step->loops - 1);
}

/* What an operand reaches. *empty: nothing. False: it can't be computed, so it can't be right. */
static bool reach(const tir_step* step, int64_t operand, span* s, bool* empty) {
  const tir_step_rule* rule = tir_rule_of(step->kind);
  const int32_t loops = step->loops;
  uint32_t left = loops > 0 ? UINT32_MAX >> (32 - loops) : 0;
  *s = (span){0, 0};
  *empty = false;
  if (rule->row_inputs && (step->attribute[0] < 0 || step->attribute[0] > loops)) return false;
  for (int32_t l = 0; l < loops; l++) {
    if (step->size[l] > 0) continue;
    left &= ~(1u << l);
    if (operand < step->operands - 1 || !is_summed(step, rule, l)) *empty = true;
  }
  if (*empty) return true;
  if (rule->row_inputs && operand < step->operands - 1) {
    axis row = {.count = (int32_t)step->attribute[0]};
    for (int32_t i = 0; i < row.count; i++) row.loop[i] = loops - row.count + i;
    *empty = step->attribute[1] == 0;
    if (!*empty && !bound(s, &left, step, operand, &row, step->attribute[1])) return false;
  } else if (rule->plain == operand + 1) {
    for (int32_t d = 0; d < 2; d++) {
      const axis tiled = {.count = 2, .loop = {loops - 4 + d, loops - 2 + d}};
      if (step->attribute[d] < 0) return false;
      if (step->attribute[d] == 0) *empty = true;
      if (!*empty && !bound(s, &left, step, operand, &tiled, step->attribute[d])) return false;
    }
  } else if (rule->attributes_each > 0 && operand == 0) {
    for (int32_t i = 0; i + 1 < step->attributes; i += 2) {
      if (step->attribute[i + 1] < 0) return false;
      if (step->attribute[i + 1] == 0) *empty = true; /* every index is refused */
      if (!*empty && !widen(s, step->attribute[i + 1], step->attribute[i])) return false;
    }
  }
  for (int32_t l = 0; l < loops; l++) {
    if ((left >> l & 1) && !widen(s, step->size[l], step->stride[operand][l])) return false;
  }
  return true;
}

int64_t tir_find_bad_access(const tir_worker* worker, const int64_t* operands) {
  const tir_step* step = &worker->step;
  for (int64_t i = 0; i < step->operands; i++) {
    const int64_t* operand = operands + i * (TIR_OPERAND_STRIDES + step->loops);
    const int64_t offset = worker->slots[operand[TIR_OPERAND_OFFSET]];
    const int64_t elements = worker->bytes[operand[TIR_OPERAND_BUFFER]] / tir_type_bytes(step->type[i]);
    span s;
    bool empty;
    if (!reach(step, i, &s, &empty)) return i;
    if (empty) continue;
    if (!move(&s.low, 1, offset) || !move(&s.high, 1, offset)) return i;
    if (s.low < 0 || s.high >= elements) return i;
  }
  return -1;
}
