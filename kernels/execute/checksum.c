/* A checksum at memory speed, against accidents: whoever wants to can compute another one. Eight lanes, since one
 * multiplication waits for the one before it. */
#include <stddef.h>

#include "tensorir_steps.h"

#define TIR_CHECKSUM_FACTOR 0x9E3779B97F4A7C15u
enum { BLOCK = TIR_CHECKSUM_LANES * 8 };

/* Both steps can be undone, so two words that differ never give the same lane. */
static uint64_t mixed(uint64_t lane, uint64_t word) {
  const uint64_t product = (lane ^ word) * TIR_CHECKSUM_FACTOR;
  return product << 29 | product >> 35;
}

static uint64_t word_at(const uint8_t* byte) {
  uint64_t word = 0;
  for (int i = 0; i < 8; i++) word |= (uint64_t)byte[i] << 8 * i;
  return word;
}

void tir_checksum(const void* data, int64_t bytes, uint64_t* lanes) {
  const uint8_t* byte = data;
  uint64_t lane[TIR_CHECKSUM_LANES];
  for (int i = 0; i < TIR_CHECKSUM_LANES; i++) lane[i] = (uint64_t)i;
  for (; bytes >= BLOCK; bytes -= BLOCK, byte += BLOCK) {
    for (int i = 0; i < TIR_CHECKSUM_LANES; i++) lane[i] = mixed(lane[i], word_at(byte + 8 * i));
  }
  if (bytes > 0) {
    uint8_t last[BLOCK] = {0};
    for (int64_t i = 0; i < bytes; i++) last[i] = byte[i];
    for (int i = 0; i < TIR_CHECKSUM_LANES; i++) lane[i] = mixed(lane[i], word_at(last + 8 * i));
  }
  for (int i = 0; i < TIR_CHECKSUM_LANES; i++) lanes[i] = lane[i];
}
