/* Calibration in portable C. Without fused multiply-add, a product and its sum are two instructions, which wait for
 * each other only within one result: so half of the chains multiply, and the others add. */
#if defined(__AVX__)
#error "generic kernels must run everywhere: compile with the baseline flags"
#endif
#include "common.h"

#define TIR_LANES 4
#define TIR_CHAINS 14
#define TIR_LINK_OPERATIONS 1
typedef float tir_vector __attribute__((vector_size(16)));
TIR_INLINE tir_vector tir_splat(float x) { return (tir_vector){x, x, x, x}; }
#define tir_link(i, sum, factor, term) ((i) % 2 ? (sum) * (factor) : (sum) + (term))
#include "execute/calibrate_body.h"

TIR_CALIBRATE_LOOPS(generic, 0)
