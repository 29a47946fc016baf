// As net-stall, for a message on a TCP connection whose peer does not read.
#include "../net-stall/victim.c"
