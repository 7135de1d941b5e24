/* The steps along rows in portable C. */
#include "steps/rows_body.h"

const tir_row_functions tir_rows_generic = {reduce, normalise};
