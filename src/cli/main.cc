#include "cli/app.h"

int main(int argc, char** argv) { return nodeward::RunApp(argc, argv); }
