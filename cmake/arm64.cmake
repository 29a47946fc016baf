# The arm64 build, by Debian's cross compiler and emulated where it is run: the preset "arm64", ./dev build arm64.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)

# Archives are the sysroot's alone. Headers may be the machine's: those of libraries that have nothing else.
get_filename_component(sysroot ${CMAKE_CURRENT_LIST_DIR}/../build/arm64-sysroot ABSOLUTE)
set(NODEWARD_SYSROOT ${sysroot} CACHE INTERNAL "what packaging/linked.sh asks for the packages of files")
if(NOT EXISTS ${NODEWARD_SYSROOT}/recipe)
  message(FATAL_ERROR "${NODEWARD_SYSROOT} is missing: ./dev build arm64 makes it (cmake/arm64_packages.sh)")
endif()
set(CMAKE_FIND_ROOT_PATH ${NODEWARD_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(ENV{PKG_CONFIG_LIBDIR} ${NODEWARD_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${NODEWARD_SYSROOT})
