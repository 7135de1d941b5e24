/* The 16 lanes of a row in vectors of one element type, and the order of sums.
 *
 * Included once per type, by a file that says what it is: REAL, VECTOR and VECTOR_LANES, and OF(name), which adds the
 * suffix of the type as in lanes.h. `how` is TIR_REDUCE_add, mul or max, always a constant. */

enum { OF(vectors) = TIR_ROW_LANES / VECTOR_LANES };
typedef struct {
  VECTOR v[OF(vectors)];
} OF(lanes);

TIR_INLINE OF(lanes) OF(all_lanes)(REAL x) {
  OF(lanes) all;
  TIR_UNROLL for (int i = 0; i < OF(vectors); i++) all.v[i] = OF(tir_splat)(x);
  return all;
}

TIR_INLINE OF(lanes) OF(load)(const REAL* from) {
  OF(lanes) all;
  TIR_UNROLL for (int i = 0; i < OF(vectors); i++) all.v[i] = OF(tir_load)(from + i * VECTOR_LANES);
  return all;
}

TIR_INLINE void OF(store)(REAL* to, OF(lanes) all) {
  TIR_UNROLL for (int i = 0; i < OF(vectors); i++) OF(tir_store)(to + i * VECTOR_LANES, all.v[i]);
}

/* The first `count` lanes from memory, the others `other`. */
TIR_INLINE OF(lanes) OF(load_first)(const REAL* from, int64_t count, REAL other) {
  REAL all[TIR_ROW_LANES];
  for (int64_t i = 0; i < TIR_ROW_LANES; i++) all[i] = i < count ? from[i] : other;
  return OF(load)(all);
}

TIR_INLINE void OF(store_first)(REAL* to, int64_t count, OF(lanes) all) {
  REAL each[TIR_ROW_LANES];
  OF(store)(each, all);
  for (int64_t i = 0; i < count; i++) to[i] = each[i];
}

/* Of max, the second operand if one is NaN. */
TIR_INLINE VECTOR OF(combine)(const int how, VECTOR a, VECTOR b) {
  if (how == TIR_REDUCE_add) return a + b;
  if (how == TIR_REDUCE_mul) return a * b;
  return OF(tir_max)(a, b);
}

TIR_INLINE OF(lanes) OF(combine_lanes)(const int how, OF(lanes) a, OF(lanes) b) {
  TIR_UNROLL for (int i = 0; i < OF(vectors); i++) a.v[i] = OF(combine)(how, a.v[i], b.v[i]);
  return a;
}

TIR_INLINE REAL OF(neutral)(const int how) {
  return how == TIR_REDUCE_add ? 0 : how == TIR_REDUCE_mul ? 1 : (REAL)-__builtin_inff();
}

/* Lane l with lane l + 8, these with those 4 further, then 2, then 1. */
TIR_INLINE REAL OF(tree)(const int how, OF(lanes) all) {
  TIR_UNROLL for (int half = OF(vectors) / 2; half > 0; half /= 2) {
    TIR_UNROLL for (int i = 0; i < half; i++) all.v[i] = OF(combine)(how, all.v[i], all.v[i + half]);
  }
  VECTOR v = all.v[0];
#if VECTOR_LANES >= 16
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
#elif VECTOR_LANES == 8
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3));
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5));
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6));
#elif VECTOR_LANES == 4
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 2, 3, 0, 1));
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 1, 0, 3, 2));
#else
  v = OF(combine)(how, v, __builtin_shufflevector(v, v, 1, 0));
#endif
  return v[0];
}

/* What is added: the elements, their squares, or the squares of their distances from `center`. */
enum { OF(AS_IS), OF(SQUARES), OF(SQUARED_DISTANCES) };

TIR_INLINE OF(lanes) OF(summand)(const int what, OF(lanes) x, REAL center) {
  if (what == OF(AS_IS)) return x;
  TIR_UNROLL for (int i = 0; i < OF(vectors); i++) {
    if (what == OF(SQUARED_DISTANCES)) x.v[i] = x.v[i] - OF(tir_splat)(center);
    x.v[i] = x.v[i] * x.v[i];
  }
  return x;
}

/* Combines `count` elements, at most a part, of each of `rows` rows at once: one chain per lane. The elements are in
 * blocks of 16 that lie `step` apart. */
TIR_INLINE void OF(chains)(const int how, const int what, const int rows, REAL* const* x, int64_t step, int64_t count,
                           const REAL* center, OF(lanes)* total) {
  OF(lanes) sum[4];
  TIR_UNROLL for (int r = 0; r < rows; r++) sum[r] = OF(all_lanes)(OF(neutral)(how));
  int64_t at = 0;
  for (; count >= TIR_ROW_LANES; count -= TIR_ROW_LANES, at += step) {
    TIR_UNROLL for (int r = 0; r < rows; r++) {
      sum[r] = OF(combine_lanes)(how, OF(summand)(what, OF(load)(x[r] + at), center[r]), sum[r]);
    }
  }
  if (count > 0) {
    TIR_UNROLL for (int r = 0; r < rows; r++) {
      const REAL other = what == OF(SQUARED_DISTANCES) ? center[r] : OF(neutral)(how);
      const OF(lanes) last = OF(load_first)(x[r] + at, count, other);
      sum[r] = OF(combine_lanes)(how, OF(summand)(what, last, center[r]), sum[r]);
    }
  }
  TIR_UNROLL for (int r = 0; r < rows; r++) total[r] = sum[r];
}

/* The same, to one number per row, for any number of rows. */
static void OF(totals)(const int how, const int what, int64_t rows, REAL* const* x, int64_t step, int64_t count,
                       const REAL* center, REAL* total) {
  OF(lanes) sum[4];
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    OF(chains)(how, what, 4, x + r, step, count, center + r, sum);
    TIR_UNROLL for (int i = 0; i < 4; i++) total[r + i] = OF(tree)(how, sum[i]);
  }
  for (; r < rows; r++) {
    OF(chains)(how, what, 1, x + r, step, count, center + r, sum);
    total[r] = OF(tree)(how, sum[0]);
  }
}

/* The sum of a long row so far. Level 0 adds parts; each level adds up to TIR_ROW_CHAIN totals of the one below. */
typedef struct {
  int64_t parts;
  OF(lanes) level[TIR_ROW_LEVELS];
} OF(long_total);

TIR_INLINE void OF(long_begin)(const int how, OF(long_total)* total) {
  total->parts = 0;
  for (int i = 0; i < TIR_ROW_LEVELS; i++) total->level[i] = OF(all_lanes)(OF(neutral)(how));
}

TIR_INLINE void OF(long_add)(const int how, OF(long_total)* total, OF(lanes) part) {
  total->level[0] = OF(combine_lanes)(how, total->level[0], part);
  int64_t count = ++total->parts;
  for (int i = 0; i + 1 < TIR_ROW_LEVELS && count % TIR_ROW_CHAIN == 0; i++, count /= TIR_ROW_CHAIN) {
    total->level[i + 1] = OF(combine_lanes)(how, total->level[i + 1], total->level[i]);
    total->level[i] = OF(all_lanes)(OF(neutral)(how));
  }
}

TIR_INLINE REAL OF(long_end)(const int how, const OF(long_total)* total) {
  OF(lanes) sum = total->level[0];
  for (int i = 1; i < TIR_ROW_LEVELS; i++) sum = OF(combine_lanes)(how, total->level[i], sum);
  return OF(tree)(how, sum);
}
