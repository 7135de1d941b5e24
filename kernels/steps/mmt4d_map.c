/* The mmt4d_map step: products whose right side is a map. It is computed some panels, and TIR_PARTIAL_SUM positions of
 * k, at a time, so that the kernels find it in the first caches, and it is never stored as a whole.
 *
 * mmt4d adds its parts in order, so a product that adds one part after the other to its result has the same bits. */
#include "steps/mmt4d_map.h"
#include "steps/mmt4d_map_ahead.h"

static float* made(const tir_product* p) { return p->step->workspace; }

/* Whether the tiles of lhs and out are contiguous, and those of lhs along k neighbours; of lhs only if it is read. */
static bool lies_well(const tir_product* p) {
  const tir_step* step = p->step;
  const int last = step->loops - TIR_INNER;
  for (int side = p->k1 > 0 ? 0 : 1; side < 2; side++) {
    const int64_t* stride = step->stride[side == 0 ? LHS : step->operands - 1];
    const int64_t columns = side == 0 ? p->k0 : p->n0;
    const int64_t inner[TIR_INNER] = {columns, side == 0 ? 0 : 1, side == 0 ? 1 : 0};
    for (int l = 0; l < TIR_INNER; l++) {
      if (step->size[last + l] > 1 && stride[last + l] != inner[l]) return false;
    }
    if (side == 0 && p->n1 > 1 && stride[p->outer + N1] != 0) return false;
    int64_t wanted = side == 0 ? p->m0 * p->k0 : 0;
    for (int l = last - 1; l >= p->outer + K1; wanted *= step->size[l--]) {
      if (step->size[l] > 1 && stride[l] != wanted) return false;
    }
  }
  return true;
}

/* The next position of some loops; false behind the last one, where all are 0 again. */
static bool advance(tir_product* p, tir_product_loops* o) {
  for (int i = o->count - 1; i >= 0; i--) {
    const bool more = ++o->position[i] < o->size[i];
    const int64_t steps = more ? 1 : 1 - o->size[i];
    for (int v = 0; v < p->step->operands; v++) p->at[v] += steps * p->step->stride[v][o->loop[i]];
    if (more) return true;
    o->position[i] = 0;
  }
  return false;
}

static void put_loop(tir_product_loops* o, const tir_step* step, int loop) {
  o->loop[o->count] = loop;
  o->position[o->count] = 0;
  o->size[o->count++] = step->size[loop];
}

/* Prepares the map for so many panels of a box. */
static int prepare(tir_product* p, int64_t panels, tir_product_box box) {
  const tir_step* step = p->step;
  const int inputs = step->operands - 2, first = p->outer + K1, last = step->loops - TIR_INNER;
  tir_step map;
  map.kind = TIR_STEP_map;
  map.operands = inputs + 1;
  map.attributes = 2;
  map.attribute[0] = 1;
  map.attribute[1] = 0;
  map.code = step->code;
  map.code_words = step->code_words;
  map.cpu_features = step->cpu_features;
  map.loops = 0;
  const int64_t tile = p->k0 * p->n0;
  for (int v = 0; v <= inputs; v++) {
    map.type[v] = v < inputs ? step->type[1 + v] : TIR_TYPE_f32;
    map.base[v] = v < inputs ? step->base[1 + v] : step->workspace;
  }
#define LOOP(count, of, made_stride)                                                   \
  do {                                                                                 \
    map.size[map.loops] = count;                                                       \
    for (int v = 0; v < inputs; v++) map.stride[v][map.loops] = step->stride[1 + v][of]; \
    map.stride[inputs][map.loops++] = made_stride;                                     \
  } while (0)
  LOOP(panels, p->outer + N1, p->part * tile);
  int64_t inside = box.inside;
  LOOP(box.tiles / inside, first + box.level, inside * tile);
  for (int l = first + box.level + 1; l < last; l++) {
    inside /= step->size[l];
    LOOP(step->size[l], l, inside * tile);
  }
  LOOP(p->k0, last + K0, p->kn ? p->n0 : 1);
  LOOP(p->n0, last + N0, p->kn ? 1 : p->k0);
#undef LOOP
  bool empty;
  char* registers = (char*)step->workspace + MADE_BYTES;
  const int status = tir_map_prepare(&p->map, &map, 1, 0, registers, TIR_WORKSPACE_BYTES - MADE_BYTES, &empty);
  if (status != TIR_STATUS_OK) return status;
  p->panels = p->map.rest == 0 && !empty ? panels : 0; /* the loops of a map with a rest change while it runs */
  return TIR_STATUS_OK;
}

/* Makes `panels` panels from n on, at `tiles` tiles along k from k on. */
static int make(tir_product* p, int64_t n, int64_t panels, int64_t k, int64_t tiles) {
  const tir_step* step = p->step;
  const int inputs = step->operands - 2;
  if (p->moved >= 0) {
    tir_product_move(p, p->moved, n, panels, k, tiles, p->widened != NULL ? tir_product_narrow(p) : (char*)made(p));
    if (p->widened == NULL) return TIR_STATUS_OK;
  }
  if (p->widened != NULL) {
    const tir_widened from = tir_widened_at(p, n, panels, k);
    p->widened->fill(p->form.kind, &from, panels, tiles, made(p), p->part * p->k0 * p->n0);
    return TIR_STATUS_OK;
  }
  tir_product_box box;
  for (int64_t done = 0; done < tiles; done += box.tiles) {
    box = tir_product_box_at(p, k + done, tiles - done);
    if (p->panels == 0 || p->panels != panels || p->tiles != box.tiles || p->level != box.level) {
      const int status = prepare(p, panels, box);
      if (status != TIR_STATUS_OK) return status;
      p->tiles = box.tiles;
      p->level = box.level;
    }
    for (int v = 0; v < inputs; v++) tir_map_at(&p->map, v, tir_product_at(p, 1 + v, n, k + done));
    tir_map_at(&p->map, inputs, (char*)(made(p) + done * p->k0 * p->n0));
    const int status = tir_map_run(&p->map);
    if (status != TIR_STATUS_OK) return status;
  }
  return TIR_STATUS_OK;
}

/* All rows times `panels` panels from n on, of which `tiles` tiles from k on are made. */
static void multiply(tir_product* p, int64_t n, int64_t panels, int64_t k, int64_t tiles, tir_ahead next) {
  const tir_step* step = p->step;
  const int out = step->operands - 1;
  const int64_t rows = p->line->rows > 0 ? p->line->rows : p->m0, per = p->m0 / rows; /* blocks of a row tile */
  const int64_t blocks = (p->m1 - 1) * per + (p->last_rows + rows - 1) / rows;
  const int64_t share = (next.left + blocks - 1) / blocks;
  const int64_t lhs_m = tir_stride_of(p->m1, step->stride[LHS][p->outer + M1]);
  const int64_t out_m = tir_stride_of(p->m1, step->stride[out][p->outer + M1]);
  const int64_t out_n = tir_stride_of(p->n1, step->stride[out][p->outer + N1]);
  do {
    const float* lhs = tiles > 0 ? (const float*)step->base[LHS] + p->at[LHS] + k * p->m0 * p->k0 : NULL;
    float* result = (float*)step->base[out] + p->at[out] + n * out_n;
    for (int64_t b = 0; b < blocks; b++) {
      const int64_t m = b / per, row = b % per * rows; /* the row tile, and the first row of the block */
      const tir_mmt4d_tile tile = {
          .lhs = lhs != NULL ? lhs + m * lhs_m + row * p->k0 : NULL,
          .rows = tir_least(rows, (m == p->m1 - 1 ? p->last_rows : p->m0) - row),
          .rhs = made(p),
          .rhs_stride = p->part * p->k0 * p->n0,
          .out = result + m * out_m + row * p->n0,
          .out_stride = out_n,
          .k1 = tiles,
          .panels = panels,
          .accumulate = k > 0,
          .prefetch = NULL,
          .prefetch_lines = 0,
          .m0 = p->m0,
          .n0 = p->n0,
          .k0 = p->k0,
          .rhs_order = p->kn ? TIR_ORDER_kn : TIR_ORDER_nk,
      };
      tir_fetch(&next, share);
      p->line->function(&tile);
    }
  } while (advance(p, &p->rows));
}

/* One row tile: what was widened is used at once, so it is not stored at all. */
static void multiply_row_tile(tir_product* p) {
  const int out = p->step->operands - 1;
  const int64_t out_n = tir_stride_of(p->n1, p->step->stride[out][p->outer + N1]);
  do {
    do {
      for (int64_t n = 0, panels; n < p->n1; n += panels) {
        panels = tir_least(MOST_PANELS, p->n1 - n);
        const tir_widened from = tir_widened_at(p, n, panels, 0);
        const tir_mmt4d_tile tile = {
            .lhs = (const float*)p->step->base[LHS] + p->at[LHS],
            .rows = p->last_rows,
            .rhs = NULL,
            .rhs_stride = 0,
            .out = (float*)p->step->base[out] + p->at[out] + n * out_n,
            .out_stride = out_n,
            .k1 = p->k1,
            .panels = panels,
            .accumulate = 0,
            .prefetch = NULL,
            .prefetch_lines = 0,
            .m0 = p->m0,
            .n0 = p->n0,
            .k0 = p->k0,
            .rhs_order = TIR_ORDER_kn,
        };
        p->widened->multiply(p->form.kind, &from, &tile);
      }
    } while (advance(p, &p->rows));
  } while (advance(p, &p->batch));
}

static int run(tir_product* p, int64_t most) {
  do {
    for (int64_t n = 0; n < p->n1; n += most) {
      const int64_t panels = tir_least(most, p->n1 - n);
      int64_t k = 0;
      do {
        const int64_t tiles = tir_least(p->part, p->k1 - k);
        const int status = make(p, n, panels, k, tiles);
        if (status != TIR_STATUS_OK) return status;
        multiply(p, n, panels, k, tiles, tir_ahead_of(p, n, panels, k, most));
        k += p->part;
      } while (k < p->k1);
    }
  } while (advance(p, &p->batch));
  return TIR_STATUS_OK;
}

/* The line of the table for these tiles, and whether their sizes are possible at all. */
static int choose(tir_product* p, int32_t order) {
  const tir_step* step = p->step;
  const int out = step->operands - 1;
  const tir_mmt4d_params params = {
      .lhs = step->base[LHS],
      .rhs = step->workspace,
      .out = step->base[out],
      .batch = 1,
      .m1 = p->m1,
      .n1 = p->n1,
      .k1 = p->k1,
      .lhs_stride = step->stride[LHS][p->outer + M1],
      .rhs_stride = 0,
      .out_stride_m = step->stride[out][p->outer + M1],
      .out_stride_n = step->stride[out][p->outer + N1],
      .m0 = p->m0,
      .n0 = p->n0,
      .k0 = p->k0,
      .lhs_type = step->type[LHS],
      .rhs_type = TIR_TYPE_f32,
      .out_type = step->type[out],
      .rhs_order = order,
      .flags = 0,
      .cpu_features = step->cpu_features,
  };
  if (params.lhs_type != TIR_TYPE_f32 || params.out_type != TIR_TYPE_f32) return TIR_STATUS_BAD_TYPE;
  return tir_mmt4d_choose(&params, &p->line);
}

int tir_step_mmt4d_map(tir_step* step) {
  if (step->operands < 2 || step->attributes < 3) return TIR_STATUS_BAD_SIZE;
  tir_product p;
  p.step = step;
  const int64_t depth = step->attribute[2];
  if (depth < 1 || depth > step->loops - TIR_INNER - 2) return TIR_STATUS_BAD_SIZE;
  p.depth = (int)depth;
  p.outer = step->loops - TIR_INNER - p.depth - 2;
  const int last = step->loops - TIR_INNER;
  p.m1 = step->size[p.outer + M1];
  p.n1 = step->size[p.outer + N1];
  p.m0 = step->size[last + M0];
  p.n0 = step->size[last + N0];
  p.k0 = step->size[last + K0];
  p.k1 = 1;
  for (int l = p.outer + K1; l < last; l++) {
    if (__builtin_mul_overflow(p.k1, step->size[l], &p.k1)) return TIR_STATUS_BAD_SIZE;
  }
  if (p.m0 < 1 || p.n0 < 1 || p.k0 < 1 || step->attribute[1] < -1) return TIR_STATUS_BAD_SIZE;
  const int64_t rows = step->attribute[1];
  p.last_rows = p.m0;
  if (rows >= 0 && rows / p.m0 < p.m1) {
    p.m1 = rows / p.m0 + (rows % p.m0 > 0);
    if (rows % p.m0 > 0) p.last_rows = rows % p.m0;
  }
  const int status = choose(&p, (int32_t)step->attribute[0]);
  if (status != TIR_STATUS_OK) return status;
  for (int l = 0; l < p.outer; l++) {
    if (step->size[l] == 0) return TIR_STATUS_OK;
  }
  if (p.m1 == 0 || p.n1 == 0) return TIR_STATUS_OK;
  p.kn = step->attribute[0] == TIR_ORDER_kn;
  p.part = TIR_PARTIAL_SUM / p.k0;
  int64_t bytes; /* of a panel */
  if (TIR_PARTIAL_SUM % p.k0 != 0 || __builtin_mul_overflow(TIR_PARTIAL_SUM * (int64_t)sizeof(float), p.n0, &bytes) ||
      bytes > MADE_BYTES || !lies_well(&p))
    return TIR_STATUS_BAD_SIZE;
  p.batch.count = p.rows.count = 0;
  for (int l = 0; l < p.outer; l++) {
    if (step->size[l] == 1) continue;
    bool still = true;
    for (int v = 1; v < step->operands - 1; v++) still = still && step->stride[v][l] == 0;
    put_loop(still ? &p.rows : &p.batch, step, l);
  }
  for (int v = 0; v < step->operands; v++) p.at[v] = 0;
  p.panels = p.tiles = p.level = 0;
  p.widened = NULL;
  p.moved = -1;
  if (p.k1 > 0) {
    const int read = prepare(&p, 1, (tir_product_box){p.depth - 1, 1, 1}); /* which checks the code */
    if (read != TIR_STATUS_OK) return read;
    p.panels = 0;
    tir_choose_widened(&p);
  }
  if (p.widened != NULL && p.moved < 0 && p.m1 == 1 && p.last_rows <= TIR_MOST_WIDENED_ROWS) {
    multiply_row_tile(&p);
    return TIR_STATUS_OK;
  }
  const bool few = p.m1 == 1 && p.last_rows <= FEW_ROWS;
  return run(&p, tir_least(few ? PANELS_OF_FEW : PANELS, MADE_BYTES / bytes));
}
