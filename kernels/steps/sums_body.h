/* Sums and products of floats. Included once per type; see row_lanes.h. */

enum { OF(WIDTH) = 128 }; /* neighbouring rows that are summed at once, if their elements are contiguous */

/* What lies in the workspace: of short rows their elements, of neighbouring rows a sum per lane, level and row. */
typedef union {
  REAL buffer[TIR_ROW_GROUP_POSITIONS];
  struct {
    REAL chain[TIR_ROW_LANES * OF(WIDTH)];
    REAL level[TIR_ROW_LEVELS * TIR_ROW_LANES * OF(WIDTH)];
    REAL element[OF(WIDTH)];
  } across;
} OF(sum_memory);
_Static_assert(sizeof(OF(sum_memory)) <= TIR_WORKSPACE_BYTES, "workspace");

/* Rows of at most one part, some at once. */
TIR_INLINE void OF(sum_short_rows)(const tir_rows* rows, const int how, OF(sum_memory)* memory) {
  const REAL unused[TIR_ROW_GROUP] = {0};
  const int64_t count = rows->valid;
  const int64_t apart = (count + TIR_ROW_LANES - 1) / TIR_ROW_LANES * TIR_ROW_LANES;
  const int64_t fitting = TIR_ROW_GROUP_POSITIONS / (apart > 0 ? apart : 1);
  const int64_t most = fitting < TIR_ROW_GROUP ? fitting : TIR_ROW_GROUP;
  tir_row_walk walk = {{0}, {0}};
  bool more = true;
  while (more) {
    REAL* x[TIR_ROW_GROUP];
    int64_t to[TIR_ROW_GROUP], group = 0, step;
    do {
      const OF(blocks) row = OF(part_of)(rows, 0, walk.offset[0], 0, count, memory->buffer + group * apart);
      x[group] = row.at;
      step = row.step;
      to[group++] = walk.offset[1];
      more = tir_row_next(rows, &walk);
    } while (more && group < most);
    REAL total[TIR_ROW_GROUP];
    OF(totals)(how, OF(AS_IS), group, x, step, count, unused, total);
    for (int64_t g = 0; g < group; g++) OF(scatter_run)(rows->type[1], total + g, rows->base[1] + to[g], 0, 1);
  }
}

/* Longer rows, one after the other, four parts at once. */
TIR_INLINE void OF(sum_long_rows)(const tir_rows* rows, const int how, OF(sum_memory)* memory) {
  const REAL unused[4] = {0};
  const int64_t step = tir_row_block_step(rows, 0, OF(type)), apart = TIR_ROW_CHAIN * step;
  tir_row_walk walk = {{0}, {0}};
  do {
    OF(long_total) total;
    OF(long_begin)(how, &total);
    OF(lanes) part[4];
    int64_t first = 0;
    for (; step != 0 && first + 4 * TIR_ROW_PART <= rows->valid; first += 4 * TIR_ROW_PART) {
      REAL* x = OF(blocks_of)(rows, 0, walk.offset[0], first).at;
      REAL* const parts[4] = {x, x + apart, x + 2 * apart, x + 3 * apart};
      OF(chains)(how, OF(AS_IS), 4, parts, step, TIR_ROW_PART, unused, part);
      TIR_UNROLL for (int i = 0; i < 4; i++) OF(long_add)(how, &total, part[i]);
    }
    for (; first < rows->valid; first += TIR_ROW_PART) {
      const int64_t left = rows->valid - first, count = left < TIR_ROW_PART ? left : TIR_ROW_PART;
      const OF(blocks) x = OF(part_of)(rows, 0, walk.offset[0], first, count, memory->buffer);
      OF(chains)(how, OF(AS_IS), 1, &x.at, x.step, count, unused, part);
      OF(long_add)(how, &total, part[0]);
    }
    const REAL sum = OF(long_end)(how, &total);
    OF(scatter_run)(rows->type[1], &sum, rows->base[1] + walk.offset[1], 0, 1);
  } while (tir_row_next(rows, &walk));
}

TIR_INLINE void OF(combine_into)(const int how, REAL* restrict sum, const REAL* restrict x, int64_t count) {
  if (how == TIR_REDUCE_add) {
    for (int64_t i = 0; i < count; i++) sum[i] += x[i];
  } else {
    for (int64_t i = 0; i < count; i++) sum[i] *= x[i];
  }
}

TIR_INLINE void OF(set)(REAL* to, REAL value, int64_t count) {
  for (int64_t i = 0; i < count; i++) to[i] = value;
}

/* Up to WIDTH rows beside each other: the elements of one position are contiguous in the source. The same chains,
 * levels and tree as above, of all rows at once. */
TIR_INLINE void OF(sum_across)(const tir_rows* rows, const int how, OF(sum_memory)* memory,
                               const tir_row_across* across) {
  const int64_t width = across->count, size = tir_type_bytes(rows->type[0]);
  const int last = rows->along.count - 1;
  const int64_t step = rows->along.stride[0][last];
  const bool direct = rows->type[0] == OF(type);
  /* Whole vectors of rows; those beyond `width` stay neutral. */
  const int64_t pitch = (width + TIR_ROW_LANES - 1) / TIR_ROW_LANES * TIR_ROW_LANES, lanes = TIR_ROW_LANES * pitch;
  REAL* const chain = memory->across.chain;
  REAL* const level = memory->across.level;
  OF(set)(chain, OF(neutral)(how), lanes);
  const int64_t parts = (rows->valid + TIR_ROW_PART - 1) / TIR_ROW_PART;
  if (parts > 1) OF(set)(level, OF(neutral)(how), TIR_ROW_LEVELS * lanes);
  tir_row_place place = {{0}, across->from};
  for (int64_t part = 1; part <= parts; part++) {
    int64_t left = part < parts ? TIR_ROW_PART : rows->valid - (parts - 1) * TIR_ROW_PART;
    int64_t position = 0;
    while (left > 0) {
      const int64_t run = tir_row_left(rows, &place, last, left);
      const char* from = rows->base[0] + place.offset;
      for (int64_t i = 0; i < run; i++, position++, from += step) {
        const REAL* x = (const REAL*)from;
        if (!direct) OF(gather_run)(rows->type[0], from, size, memory->across.element, width);
        if (!direct) x = memory->across.element;
        REAL* const sum = chain + position % TIR_ROW_LANES * pitch;
        if (width == TIR_ROW_LANES) { /* one vector, or a few: a loop of its own for it is faster */
          OF(combine_into)(how, sum, x, TIR_ROW_LANES);
        } else {
          OF(combine_into)(how, sum, x, width);
        }
      }
      tir_row_advance(rows, 0, &place, last, run);
      left -= run;
    }
    if (parts == 1) break;
    REAL* from = chain;
    REAL* to = level;
    int64_t count = part;
    for (int l = 0; l < TIR_ROW_LEVELS; l++, from = to, to += lanes, count /= TIR_ROW_CHAIN) {
      OF(combine_into)(how, to, from, lanes);
      OF(set)(from, OF(neutral)(how), lanes);
      if (part < parts && count % TIR_ROW_CHAIN != 0) break;
    }
  }
  REAL* const sum = parts > 1 ? level + (TIR_ROW_LEVELS - 1) * lanes : chain;
  for (int64_t half = TIR_ROW_LANES / 2; half > 0; half /= 2) {
    OF(combine_into)(how, sum, sum + half * pitch, half * pitch);
  }
  for (int64_t i = 0; i < width; i++) {
    OF(scatter_run)(rows->type[1], sum + i, rows->base[1] + across->to + i * across->to_step, 0, 1);
  }
}

TIR_INLINE void OF(sum_how)(const tir_rows* rows, const int how) {
  OF(sum_memory)* memory = (OF(sum_memory)*)rows->workspace;
  tir_row_across across;
  if (tir_row_across_begin(rows, OF(WIDTH), &across)) {
    do {
      OF(sum_across)(rows, how, memory, &across);
    } while (tir_row_across_next(&across));
  } else if (rows->valid <= TIR_ROW_PART) {
    OF(sum_short_rows)(rows, how, memory);
  } else {
    OF(sum_long_rows)(rows, how, memory);
  }
}

static int OF(sum)(const tir_rows* rows) {
  if (rows->reduction == TIR_REDUCE_add) {
    OF(sum_how)(rows, TIR_REDUCE_add);
  } else {
    OF(sum_how)(rows, TIR_REDUCE_mul);
  }
  return TIR_STATUS_OK;
}
