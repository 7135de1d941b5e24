/* A hash of contents at the speed of memory, for whoever doesn't know the key.
 *
 * Each block is hashed by NH (Black, Halevi, Krawczyk, Krovetz, Rogaway: UMAC, 1999) with words of 64 bits: two
 * different blocks have the same sum for one of 2^64 keys. Two sums, whose keys are shifted by one pair of words
 * (Toeplitz), make it one of 2^128. The caller hashes the sums. */
#include "tensorir_steps.h"

enum { PAIR = 2 };
typedef unsigned __int128 product;
typedef uint64_t __attribute__((may_alias, aligned(1))) word;

static void hash_block(const word* words, const uint64_t* key, uint64_t* sums) {
  product first = 0, second = 0;
  for (int64_t i = 0; i < TIR_HASH_BLOCK_WORDS; i += PAIR) {
    first += (product)(words[i] + key[i]) * (words[i + 1] + key[i + 1]);
    second += (product)(words[i] + key[i + PAIR]) * (words[i + 1] + key[i + PAIR + 1]);
  }
  sums[0] = (uint64_t)first;
  sums[1] = (uint64_t)(first >> 64);
  sums[2] = (uint64_t)second;
  sums[3] = (uint64_t)(second >> 64);
}

void tir_hash_blocks(const void* data, int64_t bytes, const uint64_t* key, uint64_t* sums) {
  const int64_t block_bytes = 8 * TIR_HASH_BLOCK_WORDS;
  const uint8_t* byte = data;
  for (; bytes >= block_bytes; bytes -= block_bytes, byte += block_bytes, sums += TIR_HASH_SUMS) {
    hash_block((const word*)byte, key, sums);
  }
  if (bytes > 0) {
    uint64_t last[TIR_HASH_BLOCK_WORDS] = {0};
    for (int64_t i = 0; i < bytes; i++) ((uint8_t*)last)[i] = byte[i];
    hash_block((const word*)last, key, sums);
  }
}
