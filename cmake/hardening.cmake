# Compiler and linker flags of everything that is built here.
add_library(nodeward_flags INTERFACE)
target_compile_options(nodeward_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wimplicit-fallthrough -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wlogical-op;-Wno-missing-field-initializers>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers>)
target_include_directories(nodeward_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)

if(NODEWARD_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "NODEWARD_FUZZ needs clang, for libFuzzer: ./dev fuzz sets it up")
  endif()
  # Every object is instrumented, so that the fuzzer sees which way an input took.
  target_compile_options(nodeward_flags INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g -O1)
  target_link_options(nodeward_flags INTERFACE -fsanitize=address,undefined)
elseif(NODEWARD_SANITIZE)
  target_compile_options(nodeward_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1)
  target_link_options(nodeward_flags INTERFACE -fsanitize=address,undefined)
else()
  target_compile_options(nodeward_flags INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
    $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection=full>
    $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},aarch64>:-mbranch-protection=standard>)
  target_link_options(nodeward_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

if(NODEWARD_STATIC)
  target_compile_options(nodeward_flags INTERFACE -Os -ffunction-sections -fdata-sections)
  target_link_options(nodeward_flags INTERFACE -Wl,--gc-sections,--as-needed)
  if(NODEWARD_SYSROOT)
    # Its C library before the cross compiler's own.
    target_link_options(nodeward_flags INTERFACE
      -B${NODEWARD_SYSROOT}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/)
  endif()
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
