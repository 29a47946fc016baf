# Writes OUTPUT with the version and the commit, and only when it changed, so that nothing is rebuilt
# for nothing. A tree without git (a release's tarball) has no commit.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short HEAD
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set(text "nodeward ${VERSION}")
if(commit)
  string(APPEND text " (${commit})")
endif()
set(source "#include \"cli/version.h\"\n\nnamespace nodeward {\n\n")
string(APPEND source "std::string Version() { return \"${text}\"; }\n\n}  // namespace nodeward\n")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "${source}" @ONLY)
