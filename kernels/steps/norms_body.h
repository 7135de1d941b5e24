/* Softmax, layer norm and RMS norm. Included once per type; see row_lanes.h.
 *
 * Each operation is rounded, in the order of the decomposition of the op: x - max, exp, the sum, the quotient;
 * x - mean, its square, the mean of squares, + epsilon, the root, the quotient, · scale, + bias. */

TIR_INLINE OF(lanes) OF(powers_of)(OF(lanes) x, REAL largest) {
  TIR_UNROLL for (int v = 0; v < OF(vectors); v++) x.v[v] = OF(row_exp)(x.v[v] - OF(tir_splat)(largest));
  return x;
}

TIR_INLINE void OF(quotient)(REAL* y, REAL divisor) {
  TIR_UNROLL for (int v = 0; v < TIR_ROW_LANES; v += VECTOR_LANES) {
    OF(tir_store)(y + v, OF(tir_load)(y + v) / OF(tir_splat)(divisor));
  }
}

static void OF(quotients)(OF(blocks) y, REAL divisor, int64_t count) {
  for (; count >= TIR_ROW_LANES; count -= TIR_ROW_LANES, y.at += y.step) OF(quotient)(y.at, divisor);
  for (int64_t i = 0; i < count; i++) y.at[i] /= divisor;
}

/* x - max, exp and the sum of it. With `divides`, also the quotients of another row, `other`: divisions take long, but
 * next to the multiplications of exp they take no time of their own. */
TIR_INLINE OF(lanes) OF(powers_beside)(OF(blocks) x, REAL largest, int64_t count, OF(blocks) y, const bool divides,
                                       OF(blocks) other, REAL divisor) {
  OF(lanes) sum = OF(all_lanes)(0);
  for (; count >= TIR_ROW_LANES; count -= TIR_ROW_LANES, x.at += x.step, y.at += y.step) {
    const OF(lanes) e = OF(powers_of)(OF(load)(x.at), largest);
    OF(store)(y.at, e);
    sum = OF(combine_lanes)(TIR_REDUCE_add, e, sum);
    if (divides) {
      OF(quotient)(other.at, divisor);
      other.at += other.step;
    }
  }
  if (count > 0) {
    const OF(lanes) e = OF(powers_of)(OF(load_first)(x.at, count, OF(neutral)(TIR_REDUCE_max)), largest);
    OF(store_first)(y.at, count, e);
    sum = OF(combine_lanes)(TIR_REDUCE_add, e, sum);
    if (divides) OF(quotients)(other, divisor, count);
  }
  return sum;
}

static OF(lanes) OF(powers)(OF(blocks) x, REAL largest, int64_t count, OF(blocks) y) {
  return OF(powers_beside)(x, largest, count, y, false, y, 1);
}

static OF(lanes) OF(powers_and_quotients)(OF(blocks) x, REAL largest, int64_t count, OF(blocks) y, OF(blocks) other,
                                          REAL divisor) {
  return OF(powers_beside)(x, largest, count, y, true, other, divisor);
}

/* One part of a norm: (x - mean) / deviation · scale + bias; without bias the mean is not subtracted either. */
static void OF(normed)(OF(blocks) x, REAL mean, REAL deviation, OF(blocks) scale, OF(blocks) bias, int64_t count,
                       OF(blocks) y) {
  const bool centered = bias.at != NULL;
  for (; count >= TIR_ROW_LANES; count -= TIR_ROW_LANES) {
    TIR_UNROLL for (int v = 0; v < TIR_ROW_LANES; v += VECTOR_LANES) {
      VECTOR value = OF(tir_load)(x.at + v);
      if (centered) value = value - OF(tir_splat)(mean);
      value = value / OF(tir_splat)(deviation) * OF(tir_load)(scale.at + v);
      if (centered) value = value + OF(tir_load)(bias.at + v);
      OF(tir_store)(y.at + v, value);
    }
    x.at += x.step, y.at += y.step, scale.at += scale.step;
    if (centered) bias.at += bias.step;
  }
  for (int64_t i = 0; i < count; i++) {
    REAL value = x.at[i];
    if (centered) value = value - mean;
    value = value / deviation * scale.at[i];
    if (centered) value = value + bias.at[i];
    y.at[i] = value;
  }
}

TIR_INLINE REAL OF(deviation)(const tir_rows* rows, REAL squares) {
  const REAL inside = squares / (REAL)rows->valid + (REAL)rows->epsilon;
  return OF(tir_sqrt)(OF(tir_splat)(inside))[0];
}

/* What lies in the workspace. */
typedef struct {
  REAL scale[TIR_ROW_PART], bias[TIR_ROW_PART], zero[TIR_ROW_PART];
  REAL buffer[TIR_ROW_GROUP_POSITIONS];
} OF(norm_memory);
_Static_assert(sizeof(OF(norm_memory)) <= TIR_WORKSPACE_BYTES, "workspace");

/* Zeros at the positions behind the valid ones. */
TIR_INLINE void OF(write_padding)(const tir_rows* rows, const OF(norm_memory)* memory, int64_t offset) {
  for (int64_t first = rows->valid; first < rows->positions; first += TIR_ROW_PART) {
    const int64_t left = rows->positions - first;
    OF(scatter)(rows, rows->operands - 1, offset, first, left < TIR_ROW_PART ? left : TIR_ROW_PART, memory->zero);
  }
}

TIR_INLINE bool OF(varies)(const tir_rows* rows, int operand) {
  for (int l = 0; l < rows->outer.count; l++) {
    if (rows->outer.stride[operand][l] != 0) return true;
  }
  return false;
}

/* The rows of a group: where each is read and written, and the offsets of its operands. */
typedef struct {
  int64_t count, x_step, y_step;
  REAL* x[TIR_ROW_GROUP];
  REAL* y[TIR_ROW_GROUP];
  int64_t offset[TIR_ROW_GROUP][TIR_ROW_OPERANDS];
} OF(group);

TIR_INLINE OF(blocks) OF(x_of)(const OF(group)* group, int64_t g) {
  return (OF(blocks)){group->x[g], group->x_step};
}

TIR_INLINE OF(blocks) OF(y_of)(const OF(group)* group, int64_t g) {
  return (OF(blocks)){group->y[g], group->y_step};
}

/* The quotients of each row wait for the powers of the next one. */
TIR_INLINE void OF(softmax_group)(const tir_rows* rows, const OF(group)* group) {
  const REAL unused[TIR_ROW_GROUP] = {0};
  REAL largest[TIR_ROW_GROUP];
  const int64_t count = rows->valid;
  OF(totals)(TIR_REDUCE_max, OF(AS_IS), group->count, group->x, group->x_step, count, unused, largest);
  OF(blocks) before = OF(y_of)(group, 0);
  REAL sum = OF(tree)(TIR_REDUCE_add, OF(powers)(OF(x_of)(group, 0), largest[0], count, before));
  for (int64_t g = 1; g < group->count; g++) {
    const OF(blocks) y = OF(y_of)(group, g);
    const OF(lanes) total = OF(powers_and_quotients)(OF(x_of)(group, g), largest[g], count, y, before, sum);
    sum = OF(tree)(TIR_REDUCE_add, total);
    before = y;
  }
  OF(quotients)(before, sum, count);
}

TIR_INLINE void OF(norm_group)(const tir_rows* rows, const OF(group)* group, OF(norm_memory)* memory, bool vary) {
  const int64_t count = rows->valid;
  const bool centered = rows->kind == TIR_STEP_layer_norm;
  REAL mean[TIR_ROW_GROUP] = {0}, squares[TIR_ROW_GROUP];
  if (centered) {
    OF(totals)(TIR_REDUCE_add, OF(AS_IS), group->count, group->x, group->x_step, count, mean, squares);
    for (int64_t g = 0; g < group->count; g++) mean[g] = squares[g] / (REAL)count;
    OF(totals)(TIR_REDUCE_add, OF(SQUARED_DISTANCES), group->count, group->x, group->x_step, count, mean, squares);
  } else {
    OF(totals)(TIR_REDUCE_add, OF(SQUARES), group->count, group->x, group->x_step, count, mean, squares);
  }
  for (int64_t g = 0; g < group->count; g++) {
    if (vary) {
      OF(gather)(rows, 1, group->offset[g][1], 0, count, memory->scale);
      if (centered) OF(gather)(rows, 2, group->offset[g][2], 0, count, memory->bias);
    }
    const REAL deviation = OF(deviation)(rows, squares[g]);
    const OF(blocks) scale = {memory->scale, TIR_ROW_LANES}, bias = {centered ? memory->bias : NULL, TIR_ROW_LANES};
    OF(normed)(OF(x_of)(group, g), mean[g], deviation, scale, bias, count, OF(y_of)(group, g));
  }
}

/* Rows of at most one part, some at once. */
static void OF(short_rows)(const tir_rows* rows, OF(norm_memory)* memory) {
  const int64_t count = rows->valid, result = rows->operands - 1;
  const int64_t apart = (count + TIR_ROW_LANES - 1) / TIR_ROW_LANES * TIR_ROW_LANES;
  const int64_t fitting = TIR_ROW_GROUP_POSITIONS / (apart > 0 ? apart : 1);
  const int64_t most = fitting < TIR_ROW_GROUP ? fitting : TIR_ROW_GROUP;
  const int64_t direct = tir_row_block_step(rows, (int)result, OF(type));
  bool vary = false;
  for (int o = 1; o < result; o++) {
    vary = vary || OF(varies)(rows, o);
    OF(gather)(rows, o, 0, 0, count, o == 1 ? memory->scale : memory->bias);
  }
  tir_row_walk walk = {{0}, {0}};
  OF(group) group;
  group.y_step = direct != 0 ? direct : TIR_ROW_LANES;
  bool more = true;
  while (more) {
    group.count = 0;
    do {
      REAL* buffer = memory->buffer + group.count * apart;
      for (int o = 0; o < rows->operands; o++) group.offset[group.count][o] = walk.offset[o];
      const OF(blocks) x = OF(part_of)(rows, 0, walk.offset[0], 0, count, buffer);
      group.x[group.count] = x.at;
      group.x_step = x.step;
      group.y[group.count] = direct != 0 ? (REAL*)(rows->base[result] + walk.offset[result]) : buffer;
      group.count++;
      more = tir_row_next(rows, &walk);
    } while (more && group.count < most);
    if (count > 0 && rows->kind == TIR_STEP_softmax) OF(softmax_group)(rows, &group);
    if (count > 0 && rows->kind != TIR_STEP_softmax) OF(norm_group)(rows, &group, memory, vary);
    for (int64_t g = 0; g < group.count; g++) {
      const int64_t offset = group.offset[g][result];
      if (direct == 0) OF(scatter)(rows, (int)result, offset, 0, count, group.y[g]);
      OF(write_padding)(rows, memory, offset);
    }
  }
}

/* One longer row, of which each pass reads part after part. */
typedef struct {
  const tir_rows* rows;
  OF(norm_memory)* memory;
  const int64_t* offset; /* of each operand */
} OF(long_row);

#define EACH_PART(row, first, count)                                                             \
  for (int64_t first = 0, count; first < (row)->rows->valid; first += TIR_ROW_PART)              \
    if (count = (row)->rows->valid - first, count = count < TIR_ROW_PART ? count : TIR_ROW_PART, true)

TIR_INLINE OF(blocks) OF(long_part)(const OF(long_row)* row, int64_t first, int64_t count) {
  return OF(part_of)(row->rows, 0, row->offset[0], first, count, row->memory->buffer);
}

static REAL OF(long_sum)(const OF(long_row)* row, const int how, const int what, REAL center) {
  OF(long_total) total;
  OF(long_begin)(how, &total);
  EACH_PART(row, first, count) {
    const OF(blocks) x = OF(long_part)(row, first, count);
    OF(lanes) part;
    OF(chains)(how, what, 1, &x.at, x.step, count, &center, &part);
    OF(long_add)(how, &total, part);
  }
  return OF(long_end)(how, &total);
}

TIR_INLINE void OF(long_softmax)(const OF(long_row)* row) {
  const int result = row->rows->operands - 1;
  const OF(blocks) y = {row->memory->buffer + TIR_ROW_PART, TIR_ROW_LANES};
  const REAL largest = OF(long_sum)(row, TIR_REDUCE_max, OF(AS_IS), 0);
  OF(long_total) total;
  OF(long_begin)(TIR_REDUCE_add, &total);
  EACH_PART(row, first, count) {
    OF(long_add)(TIR_REDUCE_add, &total, OF(powers)(OF(long_part)(row, first, count), largest, count, y));
  }
  const REAL sum = OF(long_end)(TIR_REDUCE_add, &total);
  EACH_PART(row, first, count) {
    OF(powers)(OF(long_part)(row, first, count), largest, count, y);
    OF(quotients)(y, sum, count);
    OF(scatter)(row->rows, result, row->offset[result], first, count, y.at);
  }
}

TIR_INLINE void OF(long_norm)(const OF(long_row)* row) {
  const tir_rows* rows = row->rows;
  const bool centered = rows->kind == TIR_STEP_layer_norm;
  const int result = rows->operands - 1;
  REAL mean = 0, squares;
  if (centered) {
    mean = OF(long_sum)(row, TIR_REDUCE_add, OF(AS_IS), 0) / (REAL)rows->valid;
    squares = OF(long_sum)(row, TIR_REDUCE_add, OF(SQUARED_DISTANCES), mean);
  } else {
    squares = OF(long_sum)(row, TIR_REDUCE_add, OF(SQUARES), 0);
  }
  const REAL deviation = OF(deviation)(rows, squares);
  const OF(blocks) y = {row->memory->buffer + TIR_ROW_PART, TIR_ROW_LANES};
  EACH_PART(row, first, count) {
    const OF(blocks) scale = OF(part_of)(rows, 1, row->offset[1], first, count, row->memory->scale);
    OF(blocks) bias = {NULL, 0};
    if (centered) bias = OF(part_of)(rows, 2, row->offset[2], first, count, row->memory->bias);
    OF(normed)(OF(long_part)(row, first, count), mean, deviation, scale, bias, count, y);
    OF(scatter)(rows, result, row->offset[result], first, count, y.at);
  }
}

static void OF(long_rows)(const tir_rows* rows, OF(norm_memory)* memory) {
  tir_row_walk walk = {{0}, {0}};
  do {
    const OF(long_row) row = {rows, memory, walk.offset};
    if (rows->kind == TIR_STEP_softmax) {
      OF(long_softmax)(&row);
    } else {
      OF(long_norm)(&row);
    }
    OF(write_padding)(rows, memory, walk.offset[rows->operands - 1]);
  } while (tir_row_next(rows, &walk));
}
#undef EACH_PART

static int OF(normalise)(const tir_rows* rows) {
  OF(norm_memory)* memory = (OF(norm_memory)*)rows->workspace;
  const int64_t padding = rows->positions - rows->valid;
  for (int64_t i = 0; i < padding && i < TIR_ROW_PART; i++) memory->zero[i] = 0;
  if (rows->valid > TIR_ROW_PART) {
    OF(long_rows)(rows, memory);
  } else {
    OF(short_rows)(rows, memory);
  }
  return TIR_STATUS_OK;
}
