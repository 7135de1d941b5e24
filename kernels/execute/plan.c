/* Plans. */
#include "steps/steps.h"

int tir_plan_open(const int64_t* words, int64_t count, const void* const* constants, const int64_t* constant_bytes,
                  int64_t constant_count, uint64_t cpu_features, tir_plan** plan, tir_fault* fault) {
  (void)words; (void)count; (void)constants; (void)constant_bytes; (void)constant_count; (void)cpu_features;
  (void)plan; (void)fault;
  return TIR_STATUS_BAD_IMAGE;
}
void tir_plan_close(tir_plan* plan) { (void)plan; }
int tir_frame_open(const tir_plan* plan, const int64_t* symbols, int64_t symbol_count, int64_t threads,
                   int64_t byte_limit, int checked, tir_frame** frame, tir_fault* fault) {
  (void)plan; (void)symbols; (void)symbol_count; (void)threads; (void)byte_limit; (void)checked; (void)frame; (void)fault;
  return TIR_STATUS_BAD_IMAGE;
}
void tir_frame_close(tir_frame* frame) { (void)frame; }
int64_t tir_frame_value(const tir_frame* frame, int64_t index) { (void)frame; return index; }
void* tir_frame_buffer(const tir_frame* frame, int64_t buffer) { (void)frame; (void)buffer; return NULL; }
int64_t tir_frame_arena_bytes(const tir_frame* frame) { (void)frame; return 0; }
int64_t tir_frame_scratch_bytes(const tir_frame* frame) { (void)frame; return 0; }
int tir_frame_run(tir_frame* frame, void* const* arguments, void* const* results, int64_t pause_ns, tir_fault* fault) {
  (void)frame; (void)arguments; (void)results; (void)pause_ns; (void)fault;
  return TIR_STATUS_BAD_IMAGE;
}
void tir_frame_rewind(tir_frame* frame) { (void)frame; }
void tir_frame_profile(tir_frame* frame, int on) { (void)frame; (void)on; }
int64_t tir_frame_command_ns(const tir_frame* frame, int64_t command) { (void)frame; return command; }
