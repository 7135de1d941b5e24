/* Reductions of which the order doesn't matter: all of integers, and the largest or smallest float.
 *
 * Floats are compared as integers. The key of a float is its bits, of a negative one with all bits but the sign
 * flipped, so keys are ordered as the numbers are, and -0 is less than +0. NaN gets the greatest or the least key there
 * is, which wins where NaN propagates and loses where it is skipped; this key at the end means NaN. */
#include "steps/rows.h"

/* For floats of 16, 32 or 64 bits: the bits of infinity, and the key of NaN. */
typedef struct {
  int64_t infinity, nan;
} tir_float_key;

/* Combines `count` elements with one total, or each with its own. Totals have the elements' size. */
typedef void (*tir_fold_function)(const tir_float_key* key, void* total, const void* x, int64_t count);
typedef struct {
  tir_fold_function one, each;
} tir_fold;

#define FOLD(name, type, element, expression)                                                               \
  static void name##_one(const tir_float_key* key, void* total, const void* from, int64_t count) {           \
    const type* x = from;                                                                                    \
    type a = *(type*)total;                                                                                  \
    const int64_t infinity = key->infinity, nan = key->nan;                                                  \
    (void)infinity, (void)nan;                                                                               \
    for (int64_t i = 0; i < count; i++) {                                                                    \
      const type b = element;                                                                                \
      a = (type)(expression);                                                                                \
    }                                                                                                        \
    *(type*)total = a;                                                                                       \
  }                                                                                                          \
  static void name##_each(const tir_float_key* key, void* total, const void* from, int64_t count) {          \
    const type* restrict x = from;                                                                           \
    type* restrict totals = total;                                                                           \
    const int64_t infinity = key->infinity, nan = key->nan;                                                  \
    (void)infinity, (void)nan;                                                                               \
    for (int64_t i = 0; i < count; i++) {                                                                    \
      const type a = totals[i], b = element;                                                                 \
      totals[i] = (type)(expression);                                                                        \
    }                                                                                                        \
  }
#define FOLDS_OF(bits, unsigned_type, signed_type, product_type)              \
  FOLD(add_##bits, unsigned_type, x[i], a + b)                                \
  FOLD(mul_##bits, unsigned_type, x[i], (product_type)a * b)                  \
  FOLD(and_##bits, unsigned_type, x[i], a & b)                                \
  FOLD(or_##bits, unsigned_type, x[i], a | b)                                 \
  FOLD(xor_##bits, unsigned_type, x[i], a ^ b)                                \
  FOLD(max_u##bits, unsigned_type, x[i], a > b ? a : b)                       \
  FOLD(min_u##bits, unsigned_type, x[i], a < b ? a : b)                       \
  FOLD(max_i##bits, signed_type, x[i], a > b ? a : b)                         \
  FOLD(min_i##bits, signed_type, x[i], a < b ? a : b)

/* As the bit patterns of common.h, signed: callers hold floats in this memory. */
typedef int8_t __attribute__((may_alias)) tir_s8;
typedef int16_t __attribute__((may_alias)) tir_s16;
typedef int32_t __attribute__((may_alias)) tir_s32;
typedef int64_t __attribute__((may_alias)) tir_s64;

FOLDS_OF(8, tir_b8, tir_s8, uint32_t)
FOLDS_OF(16, tir_b16, tir_s16, uint32_t)
FOLDS_OF(32, tir_b32, tir_s32, uint32_t)
FOLDS_OF(64, tir_b64, tir_s64, uint64_t)

/* Integers of 4 bits are in the low half of a byte, whatever the other half is. */
FOLD(max_i4, tir_s8, (tir_s8)(((x[i] & 15) ^ 8) - 8), a > b ? a : b)
FOLD(min_i4, tir_s8, (tir_s8)(((x[i] & 15) ^ 8) - 8), a < b ? a : b)
FOLD(max_u4, tir_b8, x[i] & 15, a > b ? a : b)
FOLD(min_u4, tir_b8, x[i] & 15, a < b ? a : b)

#define KEY(bits, greatest)                                             \
  ((x[i] & greatest) > (tir_s##bits)infinity ? (tir_s##bits)nan         \
                                             : (tir_s##bits)(x[i] ^ ((x[i] >> (bits - 1)) & greatest)))
#define KEY_FOLDS_OF(bits, greatest)                                     \
  FOLD(max_f##bits, tir_s##bits, KEY(bits, greatest), a > b ? a : b)     \
  FOLD(min_f##bits, tir_s##bits, KEY(bits, greatest), a < b ? a : b)
KEY_FOLDS_OF(16, INT16_MAX)
KEY_FOLDS_OF(32, INT32_MAX)
KEY_FOLDS_OF(64, INT64_MAX)

#define BOTH(name) {name##_one, name##_each}
#define BY_SIZE(name) {BOTH(name##8), BOTH(name##16), BOTH(name##32), BOTH(name##64)}
/* By the logarithm of the bytes of an element. */
static const tir_fold integer_folds[][4] = {
  [TIR_REDUCE_add] = BY_SIZE(add_),
  [TIR_REDUCE_mul] = BY_SIZE(mul_),
  [TIR_REDUCE_and] = BY_SIZE(and_),
  [TIR_REDUCE_or] = BY_SIZE(or_),
  [TIR_REDUCE_xor] = BY_SIZE(xor_),
};
static const tir_fold extreme_folds[2][2][4] = {
  {BY_SIZE(max_u), BY_SIZE(max_i)},
  {BY_SIZE(min_u), BY_SIZE(min_i)},
};
static const tir_fold nibble_folds[2][2] = {{BOTH(max_u4), BOTH(max_i4)}, {BOTH(min_u4), BOTH(min_i4)}};
static const tir_fold float_folds[2][4] = {
  {{NULL, NULL}, BOTH(max_f16), BOTH(max_f32), BOTH(max_f64)},
  {{NULL, NULL}, BOTH(min_f16), BOTH(min_f32), BOTH(min_f64)},
};
#undef FOLD
#undef FOLDS_OF
#undef KEY
#undef KEY_FOLDS_OF
#undef BOTH
#undef BY_SIZE

/* How one reduction of one type is done. */
typedef struct {
  tir_fold fold;
  tir_fold_function join; /* totals with a total */
  tir_float_key key;
  int64_t bytes, neutral;
  bool is_float, is_bool, is_nibble, is_signed;
} tir_fold_plan;

/* What the reduction of i1 is: true is odd, and the greatest. */
static int32_t of_bool(int32_t reduction) {
  switch (reduction) {
    case TIR_REDUCE_add: return TIR_REDUCE_xor;
    case TIR_REDUCE_max: return TIR_REDUCE_or;
    case TIR_REDUCE_mul: case TIR_REDUCE_min: return TIR_REDUCE_and;
    default: return reduction;
  }
}

static bool is_signed(int32_t type) {
  return type == TIR_TYPE_i64 || type == TIR_TYPE_i32 || type == TIR_TYPE_i16 || type == TIR_TYPE_i8 ||
         type == TIR_TYPE_i4;
}

/* The least and the greatest number of a type. */
static int64_t least(const tir_fold_plan* plan) {
  const int64_t bits = plan->is_nibble ? 4 : 8 * plan->bytes;
  return plan->is_signed || plan->is_float ? (int64_t)(UINT64_MAX << (bits - 1)) : 0;
}

static int64_t greatest(const tir_fold_plan* plan) {
  const int64_t bits = plan->is_nibble ? 4 : 8 * plan->bytes;
  const bool with_sign = plan->is_signed || plan->is_float;
  return (int64_t)(UINT64_MAX >> (64 - bits + (with_sign ? 1 : 0)));
}

static int plan_float(int32_t type, int32_t reduction, int log, tir_fold_plan* plan) {
  if (reduction < TIR_REDUCE_max || reduction > TIR_REDUCE_minnum) return TIR_STATUS_BAD_TYPE;
  const bool smallest = reduction == TIR_REDUCE_min || reduction == TIR_REDUCE_minnum;
  const bool skips = reduction == TIR_REDUCE_maxnum || reduction == TIR_REDUCE_minnum;
  plan->fold = float_folds[smallest][log];
  plan->join = extreme_folds[smallest][1][log].one;
  plan->key.infinity = type == TIR_TYPE_f64 ? 0x7ff0000000000000 : type == TIR_TYPE_f32 ? 0x7f800000 :
                       type == TIR_TYPE_f16 ? 0x7c00 : 0x7f80;
  plan->key.nan = smallest == skips ? greatest(plan) : least(plan);
  /* The key of -inf, or of inf; where NaN is skipped, no element at all gives NaN. */
  plan->neutral = skips ? plan->key.nan : smallest ? plan->key.infinity : -plan->key.infinity - 1;
  return TIR_STATUS_OK;
}

static int plan_fold(int32_t type, int32_t reduction, tir_fold_plan* plan) {
  plan->bytes = tir_type_bytes(type);
  const int log = plan->bytes == 8 ? 3 : plan->bytes == 4 ? 2 : plan->bytes == 2 ? 1 : 0;
  plan->is_float = type == TIR_TYPE_f32 || type == TIR_TYPE_f64 || type == TIR_TYPE_f16 || type == TIR_TYPE_bf16;
  plan->is_bool = type == TIR_TYPE_i1;
  plan->is_nibble = type == TIR_TYPE_i4 || type == TIR_TYPE_u4;
  plan->is_signed = is_signed(type);
  plan->key = (tir_float_key){0, 0};
  if (plan->is_float) return plan_float(type, reduction, log, plan);
  if (reduction == TIR_REDUCE_maxnum || reduction == TIR_REDUCE_minnum) return TIR_STATUS_BAD_TYPE;
  if (plan->is_bool) reduction = of_bool(reduction);
  const bool extreme = reduction == TIR_REDUCE_max || reduction == TIR_REDUCE_min;
  const bool smallest = reduction == TIR_REDUCE_min;
  if (!extreme) {
    plan->fold = integer_folds[reduction][log];
  } else if (plan->is_nibble) {
    plan->fold = nibble_folds[smallest][plan->is_signed];
  } else {
    plan->fold = extreme_folds[smallest][plan->is_signed][log];
  }
  plan->join = extreme ? extreme_folds[smallest][plan->is_signed][log].one : plan->fold.one;
  switch (reduction) {
    case TIR_REDUCE_mul: plan->neutral = 1; break;
    case TIR_REDUCE_and: plan->neutral = plan->is_bool ? 1 : plan->is_signed ? -1 : greatest(plan); break;
    case TIR_REDUCE_max: plan->neutral = least(plan); break;
    case TIR_REDUCE_min: plan->neutral = greatest(plan); break;
    default: plan->neutral = 0; break;
  }
  return TIR_STATUS_OK;
}

/* ---- totals in memory ------------------------------------------------------ */

static void put(char* to, int64_t bytes, int64_t value) {
  switch (bytes) {
    case 1: *(tir_s8*)to = (int8_t)value; break;
    case 2: *(tir_s16*)to = (int16_t)value; break;
    case 4: *(tir_s32*)to = (int32_t)value; break;
    default: *(tir_s64*)to = value; break;
  }
}

static int64_t get(const char* from, int64_t bytes) {
  switch (bytes) {
    case 1: return *(const tir_s8*)from;
    case 2: return *(const tir_s16*)from;
    case 4: return *(const tir_s32*)from;
    default: return *(const tir_s64*)from;
  }
}

/* The element that a total means: the inverse of the key, and of integers of 4 bits the low half of the byte. */
static int64_t element_of(const tir_fold_plan* plan, int64_t total) {
  if (plan->is_nibble) return total & 15;
  if (!plan->is_float) return total;
  if (total == plan->key.nan) return plan->key.infinity | (((plan->key.infinity ^ greatest(plan)) + 1) >> 1);
  return total < 0 ? total ^ greatest(plan) : total;
}

enum { FOLD_WIDTH = 512 }; /* neighbouring rows at once */

static void fold_across(const tir_rows* rows, const tir_fold_plan* plan, const tir_row_across* across) {
  char* totals = rows->workspace;
  for (int64_t i = 0; i < across->count; i++) put(totals + i * plan->bytes, plan->bytes, plan->neutral);
  const int last = rows->along.count - 1;
  const int64_t step = rows->along.stride[0][last];
  tir_row_place place = {{0}, across->from};
  for (int64_t left = rows->valid; left > 0;) {
    const int64_t run = tir_row_left(rows, &place, last, left);
    const char* from = rows->base[0] + place.offset;
    for (int64_t i = 0; i < run; i++) plan->fold.each(&plan->key, totals, from + i * step, across->count);
    tir_row_advance(rows, 0, &place, last, run);
    left -= run;
  }
  for (int64_t i = 0; i < across->count; i++) {
    const int64_t total = get(totals + i * plan->bytes, plan->bytes);
    put(rows->base[1] + across->to + i * across->to_step, plan->bytes, element_of(plan, total));
  }
}

/* Rows in short contiguous pieces, as of tiles: a total per place in a piece. */
static void fold_pieces(const tir_rows* rows, const tir_fold_plan* plan, const tir_row_walk* walk, char* total) {
  const int last = rows->along.count - 1;
  const int64_t length = rows->along.size[last];
  char* totals = rows->workspace;
  for (int64_t i = 0; i < length; i++) put(totals + i * plan->bytes, plan->bytes, plan->neutral);
  tir_row_place place = {{0}, walk->offset[0]};
  for (int64_t left = rows->valid; left > 0;) {
    const int64_t run = tir_row_left(rows, &place, last, left);
    plan->fold.each(&plan->key, totals, rows->base[0] + place.offset, run);
    tir_row_advance(rows, 0, &place, last, run);
    left -= run;
  }
  plan->join(&plan->key, total, totals, length);
}

enum { FOLD_PIECE = 64 }; /* elements of a short piece, at most */

static void fold_row(const tir_rows* rows, const tir_fold_plan* plan, const tir_row_walk* walk) {
  char total[8] __attribute__((aligned(8)));
  put(total, plan->bytes, plan->neutral);
  const int last = rows->along.count - 1;
  const int64_t step = rows->along.stride[0][last];
  const bool pieces = last > 0 && step == plan->bytes && rows->along.size[last] <= FOLD_PIECE;
  if (pieces) fold_pieces(rows, plan, walk, total);
  tir_row_place place = {{0}, walk->offset[0]};
  for (int64_t left = pieces ? 0 : rows->valid; left > 0;) {
    const int64_t run = tir_row_left(rows, &place, last, left);
    const char* from = rows->base[0] + place.offset;
    if (step == plan->bytes) {
      plan->fold.one(&plan->key, total, from, run);
    } else {
      for (int64_t i = 0; i < run; i++) plan->fold.one(&plan->key, total, from + i * step, 1);
    }
    tir_row_advance(rows, 0, &place, last, run);
    left -= run;
  }
  put(rows->base[1] + walk->offset[1], plan->bytes, element_of(plan, get(total, plan->bytes)));
}

static int fold_rows(const tir_rows* rows) {
  tir_fold_plan plan;
  const int status = plan_fold(rows->type[0], rows->reduction, &plan);
  if (status != TIR_STATUS_OK) return status;
  tir_row_across across;
  if (tir_row_across_begin(rows, FOLD_WIDTH, &across)) {
    do {
      fold_across(rows, &plan, &across);
    } while (tir_row_across_next(&across));
    return TIR_STATUS_OK;
  }
  tir_row_walk walk = {{0}, {0}};
  do {
    fold_row(rows, &plan, &walk);
  } while (tir_row_next(rows, &walk));
  return TIR_STATUS_OK;
}
