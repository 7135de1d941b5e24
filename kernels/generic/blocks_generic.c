/* Functions on blocks in portable C. */
#include "vector/blocks_body.h"

TIR_BLOCKS_TABLE(generic)
