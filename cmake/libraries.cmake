# Debian's packages; static archives where NODEWARD_STATIC asks for one binary.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)

function(nodeward_library name package archive)
  pkg_check_modules(${name} REQUIRED ${package})
  add_library(lib_${name} INTERFACE)
  target_include_directories(lib_${name} SYSTEM INTERFACE ${${name}_INCLUDE_DIRS})
  if(NODEWARD_STATIC)
    find_library(${name}_ARCHIVE ${archive} REQUIRED)
    target_link_libraries(lib_${name} INTERFACE ${${name}_ARCHIVE})
  else()
    target_link_libraries(lib_${name} INTERFACE ${${name}_LINK_LIBRARIES})
  endif()
endfunction()

nodeward_library(seccomp libseccomp libseccomp.a)
nodeward_library(capng libcap-ng libcap-ng.a)
nodeward_library(cgroup libcgroup libcgroup.a)
nodeward_library(sodium libsodium libsodium.a)
nodeward_library(cares libcares libcares.a)
if(NODEWARD_STATIC)
  # Name service switching stays out of the one binary: judge/dns_channel.cc has what they become.
  target_link_options(lib_cares INTERFACE -Wl,--wrap=getservbyname,--wrap=getservbyport_r)
endif()

# Header-only: the packages have no archive, and toml++'s CMake target forces its shared library.
add_library(lib_toml INTERFACE)
target_compile_definitions(lib_toml INTERFACE TOML_HEADER_ONLY=1 TOML_ENABLE_FORMATTERS=0)
add_library(lib_spdlog INTERFACE)
target_compile_definitions(lib_spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)

# Boost 1.81 beside the distribution's default: Asio, and Process v2 for helpers.
find_package(Boost 1.81 EXACT REQUIRED)
add_library(lib_asio INTERFACE)
target_include_directories(lib_asio SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_link_libraries(lib_asio INTERFACE Threads::Threads)
