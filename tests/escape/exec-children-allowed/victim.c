// As exec-children, with more allowed.
#include "../exec-children/victim.c"
