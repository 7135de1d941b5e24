/* The loops of a map step.
 *
 * Loops of one position are dropped, parallel loops are put in the order of the first result's memory, and neighbours
 * that every operand passes as one loop become one. A block is the inner loops as far as they fit, and a part of the
 * next one; it ends before a loop that would make long contiguous operands strided ones. */
#include "vector/map_loops.h"

/* ---- loops ---------------------------------------------------------------------- */

void tir_map_views(tir_map* m, const tir_step* step, int64_t results) {
  m->views = step->operands + m->code.indices;
  for (int v = 0; v < m->views; v++) {
    tir_view* view = &m->view[v];
    view->result = v < step->operands && v >= step->operands - results;
    view->used = view->result || (m->code.read >> v & 1);
    view->valid = false;
    view->at = 0;
    if (v < step->operands) {
      view->base = step->base[v];
      view->bytes = tir_type_bytes(step->type[v]);
    } else {
      const int64_t loop = m->code.index[v - step->operands];
      view->base = NULL;
      view->bytes = 8;
      view->start = step->attribute[2 + loop];
    }
  }
}

static void set_loop(const tir_map* m, const tir_step* step, int number, tir_loop* loop) {
  loop->size = step->size[number];
  for (int v = 0; v < step->operands; v++) loop->stride[v] = step->stride[v][number] * m->view[v].bytes;
  for (int v = step->operands; v < m->views; v++) loop->stride[v] = m->code.index[v - step->operands] == number;
}

/* Whether a loop and the one inside of it are one. */
static bool mergeable(const tir_map* m, const tir_loop* outer, const tir_loop* inner) {
  for (int v = 0; v < m->views; v++) {
    if (m->view[v].used && outer->stride[v] != inner->size * inner->stride[v]) return false;
  }
  return true;
}

/* Not by `=`: compilers make a call of memcpy of it. */
static void copy_loop(const tir_map* m, const tir_loop* from, tir_loop* to) {
  to->size = from->size;
  for (int v = 0; v < m->views; v++) to->stride[v] = from->stride[v];
}

static int32_t merge(const tir_map* m, tir_loop* loops, int32_t count) {
  int32_t left = 0;
  for (int i = 0; i < count; i++) {
    if (left > 0 && mergeable(m, &loops[left - 1], &loops[i])) {
      const int64_t size = loops[left - 1].size;
      copy_loop(m, &loops[i], &loops[left - 1]);
      loops[left - 1].size *= size;
    } else {
      if (left != i) copy_loop(m, &loops[i], &loops[left]);
      left++;
    }
  }
  return left;
}

static int64_t distance(int64_t stride) { return stride < 0 ? -stride : stride; }

/* Larger steps of the first result outside. */
static void put_in_order(const tir_map* m, const tir_step* step, int64_t results, tir_loop* loops, int32_t count) {
  const int64_t v = step->operands - results;
  for (int i = 1; i < count; i++) {
    for (int j = i; j > 0 && distance(loops[j - 1].stride[v]) < distance(loops[j].stride[v]); j--) {
      tir_loop other;
      copy_loop(m, &loops[j], &other);
      copy_loop(m, &loops[j - 1], &loops[j]);
      copy_loop(m, &other, &loops[j - 1]);
    }
  }
}

/* ---- tiles ---------------------------------------------------------------------- */

enum { TILE = 64, FEW = 8, FAR = 64 };

/* The loop along which an input is contiguous that lies far apart along the innermost loop; -1: there is none. */
static int32_t turned_loop(const tir_map* m) {
  const tir_loop* inner = &m->loop[m->parallel - 1];
  for (int v = 0; v < m->views; v++) {
    const tir_view* view = &m->view[v];
    if (!view->used || view->result || view->base == NULL || distance(inner->stride[v]) < FAR) continue;
    for (int32_t l = m->parallel - 2; l >= 0; l--) {
      if (m->loop[l].stride[v] == view->bytes && m->loop[l].size >= FEW) return l;
    }
  }
  return -1;
}

/* Such an input is read in tiles: its loop comes next to the innermost one, which is divided if it is long. */
static void set_tiles(tir_map* m) {
  m->rest = 0;
  if (m->parallel < 2) return;
  const int32_t turned = turned_loop(m);
  if (turned < 0) return;
  tir_loop loop;
  copy_loop(m, &m->loop[turned], &loop);
  for (int32_t l = turned; l < m->parallel - 2; l++) copy_loop(m, &m->loop[l + 1], &m->loop[l]);
  tir_loop* inner = &m->loop[m->parallel - 1];
  if (inner->size < 2 * TILE) {
    copy_loop(m, &loop, inner - 1);
    return;
  }
  m->rest = inner->size % TILE;
  copy_loop(m, inner, inner - 1);
  copy_loop(m, inner, inner + 1);
  copy_loop(m, &loop, inner);
  inner[1].size = TILE;
  inner[-1].size /= TILE;
  for (int v = 0; v < m->views; v++) inner[-1].stride[v] *= TILE;
  m->parallel++;
}

bool tir_map_rest(tir_map* m) {
  if (m->rest == 0) return false;
  tir_loop* inner = &m->loop[m->parallel - 1];
  for (int v = 0; v < m->views; v++) m->view[v].at += inner[-2].size * inner[-2].stride[v];
  copy_loop(m, inner - 1, inner - 2);
  copy_loop(m, inner, inner - 1);
  inner[-1].size = m->rest;
  m->parallel--;
  m->rest = 0;
  return true;
}

bool tir_map_loops(tir_map* m, const tir_step* step, int64_t results, int64_t sequential) {
  m->parallel = m->sequential = 0;
  for (int l = 0; l < step->loops; l++) {
    if (step->size[l] == 0) return false;
    if (step->size[l] == 1) continue;
    set_loop(m, step, l, l < sequential ? &m->fold[m->sequential++] : &m->loop[m->parallel++]);
  }
  put_in_order(m, step, results, m->loop, m->parallel);
  m->parallel = merge(m, m->loop, m->parallel);
  m->sequential = merge(m, m->fold, m->sequential);
  set_tiles(m);
  return true;
}

/* ---- blocks --------------------------------------------------------------------- */

/* The registers, as long as they may be: all of them together about as large as half of a first level cache, but not
 * so short that calls cost more than what they compute. */
int tir_map_registers(tir_map* m, void* memory, int64_t bytes) {
  enum { FAVOURED = 32 * 1024, SHORT = 256, STEP = 16, PADDING = 192 };
  int64_t slots = m->code.constants + m->code.registers;
  for (int v = 0; v < m->views; v++) slots += m->view[v].used;
  if (slots == 0) slots = 1;
  const int64_t most = (bytes / slots - PADDING) / m->code.widest / STEP * STEP;
  int64_t block = FAVOURED / slots / m->code.widest / STEP * STEP;
  if (block < SHORT) block = SHORT;
  if (block > TIR_BLOCK) block = TIR_BLOCK;
  if (block > most) block = most;
  if (block < STEP) return TIR_STATUS_BAD_SIZE;
  m->block = block;
  /* Whole cache lines, and registers don't begin at the same place of a page. */
  m->register_bytes = (block * m->code.widest + 63) / 64 * 64 + 128;
  m->registers = memory;
  char* slot = m->registers + (m->code.constants + m->code.registers) * m->register_bytes;
  for (int v = 0; v < m->views; v++) {
    if (!m->view[v].used) continue;
    m->view[v].slot = slot;
    slot += m->register_bytes;
  }
  return TIR_STATUS_OK;
}

/* Bytes of the operands of a block of the loops from `first` on that are copied only because of the loop before it:
 * where that is part of a block, they are not contiguous any more. */
static int64_t copied_for(const tir_map* m, int32_t first) {
  int64_t bytes = 0;
  for (int v = 0; v < m->views; v++) {
    const tir_view* view = &m->view[v];
    if (!view->used || view->base == NULL) continue;
    int64_t run = view->bytes;
    int32_t l = m->parallel;
    while (l > first && m->loop[l - 1].stride[v] == run) run *= m->loop[--l].size;
    if (l == first && m->loop[first - 1].stride[v] != run) bytes += run;
  }
  return bytes;
}

/* Whether blocks end inside of the loop before `first`, so that operands are used where they lie. Such a block costs
 * about as much time as BLOCK copied bytes, and each of its instructions as INSTRUCTION. */
static bool ends_block(const tir_map* m, int32_t first) {
  enum { BLOCK = 512, INSTRUCTION = 256 };
  return first > 0 && first < m->parallel && copied_for(m, first) > BLOCK + INSTRUCTION * (int64_t)m->code.instructions;
}

void tir_map_blocks(tir_map* m) {
  m->whole = 1;
  m->inner = m->parallel;
  while (m->inner > 0 && !ends_block(m, m->inner) && m->loop[m->inner - 1].size <= m->block / m->whole) {
    m->whole *= m->loop[--m->inner].size;
  }
  m->cut = -1;
  m->part = m->last_part = 1;
  if (m->inner == 0 || m->block / m->whole < 2 || ends_block(m, m->inner)) return;
  m->cut = m->inner - 1;
  const tir_loop* loop = &m->loop[m->cut];
  /* Parts of about the same length. */
  const int64_t most = m->block / m->whole, parts = (loop->size + most - 1) / most;
  m->part = (loop->size + parts - 1) / parts;
  if (m->whole == 1) m->part = (m->part + 15) / 16 * 16; /* not beyond `most`, which is a multiple too */
  m->blocks.size = (loop->size + m->part - 1) / m->part;
  m->last_part = loop->size - (m->blocks.size - 1) * m->part;
  for (int v = 0; v < m->views; v++) m->blocks.stride[v] = loop->stride[v] * m->part;
}

void tir_map_patterns(tir_map* m, int64_t now) {
  m->now = now;
  const int first = m->cut >= 0 && now > 1 ? m->cut : m->inner;
  for (int v = 0; v < m->views; v++) {
    tir_view* view = &m->view[v];
    tir_pattern* p = &view->pattern;
    if (!view->used) continue;
    view->valid = false;
    int32_t dims = 0;
    for (int l = first; l < m->parallel; l++) {
      const int64_t size = l == m->cut ? now : m->loop[l].size, stride = m->loop[l].stride[v];
      if (dims > 0 && p->stride[dims - 1] == size * stride) {
        p->size[dims - 1] *= size;
        p->stride[dims - 1] = stride;
      } else {
        p->size[dims] = size;
        p->stride[dims++] = stride;
      }
    }
    if (dims == 0) {
      p->size[0] = 1;
      p->stride[0] = 0;
      dims = 1;
    }
    p->dims = dims;
    view->direct = view->base != NULL && dims == 1 && (p->size[0] == 1 || p->stride[0] == view->bytes);
  }
}
