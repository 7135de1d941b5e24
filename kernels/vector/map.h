/* The code of a map step, and the functions on blocks that run it.
 *
 * A map step evaluates scalar bodies for every position of its loops. Operands: inputs, then results. Attributes:
 *   0  results
 *   1  sequential loops: the first ones. They run in order, one position after the other; results have stride 0
 *      along them. The other loops are parallel.
 *   2… one start per loop, only if the code reads an index
 * All bodies are evaluated at a position before a result is stored there. A result may be the memory of an input with
 * the same strides; apart from that, results overlap nothing.
 *
 * The bodies are instructions on registers; a register holds a block, the elements of up to TIR_BLOCK positions.
 * Instructions know machine types only: f32, f64 and integers of 8 to 64 bits. tensorir/runtime/bodies.py, which writes
 * the code, expresses the others with them: f16 and bf16 are computed in f32 and rounded after every operation; i1, i4
 * and u4 are bytes, wrapped after every operation.
 *
 * Code, in words of 64 bits:
 *   indices, constants, registers, widest (bytes of the widest element), instructions: how many there are
 *   for each index: the number of a loop
 *   for each constant: bytes of an element, its bits
 *   for each instruction two words:
 *     function | type << 16 | source type << 24 (of a cast)
 *     a | b << 16 | c << 32 | out << 48
 *
 * Registers are numbered: operands of the step, indices (i64), constants, and `registers` more. The register of a
 * result gives what the result held before, until an instruction writes it; each result is written. An instruction may
 * write a register that it reads if both elements are equally wide. */
#ifndef TENSORIR_MAP_H
#define TENSORIR_MAP_H

#include "steps/steps.h"
#include "vector/vector.h"

/* What instructions compute beyond the functions of scalars. Where the sign of an integer doesn't change the bits of
 * the result (add, sub, mul, neg, and, or, xor, shl, ctpop, ctlz, cttz, eq, ne, move, select) there are functions of
 * unsigned types only. move and select take any element of that width. */
enum tir_machine_function {
  TIR_FN_move = TIR_FUNCTIONS, /* out = a */
  TIR_FN_round_f16,            /* f32, rounded to a number of f16 */
  TIR_FN_round_bf16,           /* f32, rounded to a number of bf16 */
  TIR_FN_odd,                  /* f64 to f32, i64 and u64 to f64, so that it may be rounded again */
  TIR_FN_fma_odd,              /* f64: a * b, which must be exact, plus c; rounded as by `odd` */
  TIR_FN_wrap_i4,              /* i8: the low four bits, with their sign */
  /* f32, f64: the second function of the first one's result and c, each rounded as if it stood alone. rsub: c - … */
  TIR_FN_add_add, TIR_FN_add_sub, TIR_FN_add_rsub, TIR_FN_add_mul, TIR_FN_add_max, TIR_FN_add_min,
  TIR_FN_sub_add, TIR_FN_sub_sub, TIR_FN_sub_rsub, TIR_FN_sub_mul, TIR_FN_sub_max, TIR_FN_sub_min,
  TIR_FN_mul_add, TIR_FN_mul_sub, TIR_FN_mul_rsub, TIR_FN_mul_mul, TIR_FN_mul_max, TIR_FN_mul_min,
  TIR_MACHINE_FUNCTIONS
};

enum {
  TIR_TYPE_NUMBERS = TIR_TYPE_u4 + 1,
  TIR_BLOCK = 2048,
  TIR_MAX_VIEWS = TIR_MAX_OPERANDS + TIR_MAX_LOOPS,
  TIR_CODE_HEADER = 5
};

/* ---- blocks -------------------------------------------------------------------- */

/* An instruction on `count` elements. Returns a status. */
typedef int (*tir_instruction_function)(const void* a, const void* b, const void* c, void* out, int64_t count);

/* How the elements of a block lie in memory: dimensions, at least one, the last one innermost. Strides count bytes; of
 * an index, positions. */
typedef struct {
  int32_t dims;
  int64_t size[TIR_MAX_LOOPS + 1], stride[TIR_MAX_LOOPS + 1];
} tir_pattern;

/* The functions of one instruction set. NULL: there is none. */
typedef struct {
  tir_instruction_function function[TIR_MACHINE_FUNCTIONS][TIR_TYPE_NUMBERS];
  tir_instruction_function cast[TIR_TYPE_NUMBERS][TIR_TYPE_NUMBERS]; /* [to][from] */
  void (*load)(const tir_pattern* from, const char* memory, char* block, int64_t bytes);
  void (*store)(const tir_pattern* to, char* memory, const char* block, int64_t bytes);
  void (*indices)(const tir_pattern* pattern, int64_t start, int64_t* block);
  tir_block_function (*math)(int32_t function, int32_t type);
} tir_block_table;

extern const tir_block_table tir_blocks_generic;
#if defined(__x86_64__)
extern const tir_block_table tir_blocks_avx2, tir_blocks_avx512;
#endif

/* ---- code ------------------------------------------------------------------------ */

/* Code whose every word was checked. */
typedef struct {
  int32_t indices, constants, registers, instructions;
  int64_t widest;
  const int64_t *index, *constant, *instruction; /* the words */
  uint64_t read; /* a bit for each operand and index: whether it is read; of a result, what it held before */
} tir_map_code;

TIR_INLINE int32_t tir_field(int64_t word, int shift, int32_t mask) {
  return (int32_t)((uint64_t)word >> shift) & mask;
}

/* `results`: of the operands, the last ones. Returns TIR_STATUS_OK, or BAD_SIZE or BAD_TYPE for what is not code. */
int tir_map_read(const tir_step* step, int64_t results, const tir_block_table* table, tir_map_code* code);

#endif
