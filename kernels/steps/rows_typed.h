/* Everything that is done on rows of one float type; see row_lanes.h for what the including file says. */
#include "steps/row_lanes.h"
#include "steps/row_access.h"
#include "steps/norms_body.h"
#include "steps/sums_body.h"
