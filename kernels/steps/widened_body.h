/* Numbers of few bits as the right side of products, for vectors of any width.
 *
 * The including file says what its vectors are, as for mmt4d_body.h, and
 *   tir_subtract(a, b), tir_multiply(a, b)
 *   tir_widen_i8(p), _u8, _bf16, _f16   the TIR_LANES numbers at p, as floats
 *   tir_widen_i4(p, above), _u4   the four bits of each of the TIR_LANES bytes at p above which a word has `above` bits
 *   TIR_WIDENED_PANELS(rows), TIR_WIDENED_SUMS   how many panels keep their sums in registers, and how many sums */
#include "steps/widened.h"

#define LANES TIR_LANES

TIR_INLINE bool in_pairs(const int kind) { return kind == TIR_WIDENED_i4x2 || kind == TIR_WIDENED_u4x2; }

/* `high`: the high bits, of two to a byte. */
TIR_INLINE tir_vector widen(const char* from, const int kind, const bool high) {
  switch (kind) {
    case TIR_WIDENED_i4x2: return tir_widen_i4(from, high ? 24 : 28);
    case TIR_WIDENED_u4x2: return tir_widen_u4(from, high ? 24 : 28);
    case TIR_WIDENED_i8: return tir_widen_i8(from);
    case TIR_WIDENED_u8: return tir_widen_u8(from);
    case TIR_WIDENED_i4: return tir_widen_i4(from, 28);
    case TIR_WIDENED_bf16: return tir_widen_bf16(from);
    default: return tir_widen_f16(from);
  }
}

TIR_INLINE tir_vector value(const char* from, const int kind, const bool high, const bool zero, tir_vector z, const bool scale, tir_vector s) {
  tir_vector x = widen(from, kind, high);
  if (zero) x = tir_subtract(x, z);
  return scale ? tir_multiply(x, s) : x;
}

TIR_INLINE tir_vector vector_at(const tir_widened_vector* v, int64_t panel, int64_t group) {
  return tir_load(v->at + panel * v->panel + group * v->group);
}

TIR_INLINE void fill_panel(const tir_widened* w, int64_t panel, int64_t tiles, float* to, const int kind, const bool zero,
                           const bool scale) {
  const char* from = w->source + panel * w->panel;
  const int64_t row = in_pairs(kind) ? LANES : w->row;
  for (int64_t done = 0, group = 0; done < tiles; group++) {
    const tir_vector z = zero ? vector_at(&w->zero, panel, group) : tir_zero();
    const tir_vector s = scale ? vector_at(&w->scale, panel, group) : tir_zero();
    const int64_t count = tiles - done < w->group ? tiles - done : w->group;
    for (const int64_t end = done + count; done < end; done++) {
      const bool high = in_pairs(kind) && done % 2 != 0;
      for (int k = 0; k < LANES; k += 4) {
        TIR_UNROLL for (int i = 0; i < 4; i++) {
          tir_store(to + i * LANES, value(from + i * row, kind, high, zero, z, scale, s));
        }
        from += 4 * row;
        to += 4 * LANES;
      }
      if (in_pairs(kind) && !high) from -= LANES * LANES;
    }
  }
}

/* Some rows of a tile, of which t->rows count, times some panels; parts of TIR_PARTIAL_SUM as in mmt4d_body.h. */
TIR_INLINE void multiply_panels(const tir_widened* w, const tir_mmt4d_tile* t, int64_t first, const int rows, const int panels,
                                const int kind, const bool zero, const bool scale) {
  const char* from[TIR_WIDENED_SUMS];
  tir_vector sum[TIR_WIDENED_SUMS], z[TIR_WIDENED_SUMS], s[TIR_WIDENED_SUMS];
  float memory[TIR_WIDENED_SUMS * LANES];
  float* total = memory;
  __asm__("" : "+r"(total)); /* see mmt4d_body.h */
  TIR_UNROLL for (int p = 0; p < panels; p++) {
    from[p] = w->source + (first + p) * w->panel;
    z[p] = s[p] = tir_zero();
  }
  TIR_UNROLL for (int i = 0; i < rows * panels; i++) sum[i] = tir_zero();
  const float* lhs = t->lhs;
  const int64_t width = in_pairs(kind) ? LANES : w->row;
  int64_t in_group = 0, group = 0;
  for (int64_t k = 0; k < t->k1; k++) {
    if (in_group == 0) {
      TIR_UNROLL for (int p = 0; p < panels; p++) {
        if (zero) z[p] = vector_at(&w->zero, first + p, group);
        if (scale) s[p] = vector_at(&w->scale, first + p, group);
      }
      group++;
    }
    if (++in_group == w->group) in_group = 0;
    const bool high = in_pairs(kind) && k % 2 != 0;
    for (int row = 0; row < LANES; row += 4) {
      TIR_UNROLL for (int i = 0; i < 4; i++) {
        tir_vector right[TIR_WIDENED_SUMS];
        TIR_UNROLL for (int p = 0; p < panels; p++) {
          right[p] = value(from[p] + i * width, kind, high, zero, z[p], scale, s[p]);
        }
        TIR_UNROLL for (int m = 0; m < rows; m++) {
          const tir_vector left = tir_splat(lhs[m * LANES + row + i]);
          TIR_UNROLL for (int p = 0; p < panels; p++) {
            sum[m * panels + p] = tir_multiply_add(left, right[p], sum[m * panels + p]);
          }
        }
      }
      TIR_UNROLL for (int p = 0; p < panels; p++) from[p] += 4 * width;
    }
    if (in_pairs(kind) && !high) {
      TIR_UNROLL for (int p = 0; p < panels; p++) from[p] -= LANES * LANES;
    }
    lhs += t->m0 * LANES;
    const int64_t done = (k + 1) * LANES;
    if (done % TIR_PARTIAL_SUM == 0 || k + 1 == t->k1) {
      const bool is_first = done <= TIR_PARTIAL_SUM;
      TIR_UNROLL for (int i = 0; i < rows * panels; i++) {
        if (!is_first) sum[i] = tir_add(tir_load(total + i * LANES), sum[i]);
        tir_store(total + i * LANES, sum[i]);
        sum[i] = tir_zero();
      }
    }
  }
  for (int m = 0; m < rows && m < t->rows; m++) {
    TIR_UNROLL for (int p = 0; p < panels; p++) {
      float* row = (float*)t->out + (first + p) * t->out_stride + m * LANES;
      const tir_vector whole = tir_add(tir_load(total + (m * panels + p) * LANES), tir_zero()); /* of -0 makes +0 */
      tir_store(row, t->accumulate ? tir_add(tir_load(row), whole) : whole);
    }
  }
}

/* Calls f(…, kind, zero, scale) with constants. */
#define TIR_WIDENED_WITH(f, w, kind, ...)                                      \
  ((w)->zero.at != NULL    ? f(w, __VA_ARGS__, TIR_WIDENED_##kind, true, true)  \
   : (w)->scale.at != NULL ? f(w, __VA_ARGS__, TIR_WIDENED_##kind, false, true) \
                           : f(w, __VA_ARGS__, TIR_WIDENED_##kind, false, false))

/* As many panels at once as have sums in registers, then the others. */
#define TIR_WIDENED_ROWS(kind, rows)                                                                                  \
  {                                                                                                                   \
    int64_t done = 0;                                                                                                 \
    for (; t->panels - done >= TIR_WIDENED_PANELS(rows); done += TIR_WIDENED_PANELS(rows))                            \
      TIR_WIDENED_WITH(multiply_panels, w, kind, t, done, rows, TIR_WIDENED_PANELS(rows));                            \
    for (; t->panels > done; done++) TIR_WIDENED_WITH(multiply_panels, w, kind, t, done, rows, 1);                    \
  }

#define TIR_WIDENED_KIND(kind)                                                                                \
  static void fill_##kind(const tir_widened* w, int64_t panels, int64_t tiles, float* to, int64_t distance) { \
    for (int64_t p = 0; p < panels; p++) TIR_WIDENED_WITH(fill_panel, w, kind, p, tiles, to + p * distance);  \
  }                                                                                                           \
  static void multiply_##kind(const tir_widened* w, const tir_mmt4d_tile* t) {                                \
    if (t->rows == 1) TIR_WIDENED_ROWS(kind, 1)                                                               \
    else if (t->rows == 2) TIR_WIDENED_ROWS(kind, 2)                                                          \
    else if (t->rows <= 4) TIR_WIDENED_ROWS(kind, 4)                                                          \
    else TIR_WIDENED_ROWS(kind, 8)                                                                            \
  }

TIR_WIDENED_KIND(i8)
TIR_WIDENED_KIND(u8)
TIR_WIDENED_KIND(i4)
TIR_WIDENED_KIND(i4x2)
TIR_WIDENED_KIND(u4x2)
TIR_WIDENED_KIND(bf16)
TIR_WIDENED_KIND(f16)

#define TIR_WIDENED_SWITCH(call)            \
  switch (kind) {                           \
    case TIR_WIDENED_i8: call(i8); break;     \
    case TIR_WIDENED_u8: call(u8); break;     \
    case TIR_WIDENED_i4: call(i4); break;     \
    case TIR_WIDENED_i4x2: call(i4x2); break; \
    case TIR_WIDENED_u4x2: call(u4x2); break; \
    case TIR_WIDENED_bf16: call(bf16); break; \
    default: call(f16); break;                \
  }

static void fill(int kind, const tir_widened* w, int64_t panels, int64_t tiles, float* to, int64_t distance) {
#define CALL(kind) fill_##kind(w, panels, tiles, to, distance)
  TIR_WIDENED_SWITCH(CALL)
#undef CALL
}

static void multiply(int kind, const tir_widened* w, const tir_mmt4d_tile* t) {
#define CALL(kind) multiply_##kind(w, t)
  TIR_WIDENED_SWITCH(CALL)
#undef CALL
}

#define TIR_WIDENED_FUNCTIONS(isa)                                                                   \
  _Static_assert(TIR_PARTIAL_SUM % LANES == 0 && LANES % 4 == 0, "whole tiles in a part");             \
  const tir_widened_functions tir_widened_##isa = {                                                  \
      .lanes = LANES, .fill = fill, .multiply = multiply};
