/* Sizes: the value table of a plan, and the operations of values and registers. */
#include "execute/plan.h"

/* Rounded towards minus infinity; the divisor is positive, so nothing overflows. */
static int64_t floor_of(int64_t a, int64_t b) { return a / b - (a % b < 0); }

bool tir_calculate(int64_t operation, int64_t a, int64_t b, int64_t* result) {
  switch (operation) {
    case TIR_ADD: return !__builtin_add_overflow(a, b, result);
    case TIR_SUB: return !__builtin_sub_overflow(a, b, result);
    case TIR_MUL: return !__builtin_mul_overflow(a, b, result);
    case TIR_FLOORDIV:
      if (b <= 0) return false;
      *result = floor_of(a, b);
      return true;
    case TIR_CEILDIV:
      if (b <= 0) return false;
      *result = a / b + (a % b > 0);
      return true;
    case TIR_MOD:
      if (b <= 0) return false;
      *result = a % b < 0 ? a % b + b : a % b;
      return true;
    case TIR_MIN: *result = a < b ? a : b; return true;
    case TIR_MAX: *result = a > b ? a : b; return true;
    default: return false;
  }
}

int64_t tir_evaluate(const tir_plan* plan, int64_t* values) {
  const tir_header* header = plan->header;
  for (int64_t i = 0; i < header->numbers; i++) values[i] = plan->numbers[i];
  int64_t next = header->numbers + header->symbols;
  for (int64_t i = 0; i < header->expressions; i++) {
    const tir_expression* e = &plan->expressions[i];
    if (!tir_calculate(e->operation, values[e->a], values[e->b], &values[next])) return next;
    next++;
  }
  return -1;
}
