// As net-credentials, with the ids of somebody else written by the sender.
#include "../net-credentials/victim.c"
