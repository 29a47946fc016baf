// As exec-script, with more allowed.
#include "../exec-script/victim.c"
