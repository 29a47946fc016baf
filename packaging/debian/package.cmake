# The Debian package: cpack --config build/release/CPackConfig.cmake
#
# CPack, not debhelper: the package is what `cmake --install` installs, once more, from a build that exists. debhelper
# would build a second time, by rules of its own, and needs forty packages to do so. What policy asks for beside
# that is in stage.cmake; lintian is a test.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nodeward)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "least privilege for Node.js applications")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"nodeward starts a Node.js application without root, without capabilities,
and with only the files, programs, peers, system calls, resources,
environment and secrets that its profile names. It then stays as its
supervisor, and tells of each attempt to step outside.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
if(CMAKE_CROSSCOMPILING)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
endif()
# The changelog has the one place for who maintains it.
file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/debian/changelog trailer REGEX "^ -- ")
string(REGEX REPLACE "^ -- (.*>)  .*" "\\1" CPACK_DEBIAN_PACKAGE_MAINTAINER "${trailer}")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS nodejs)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "age, apparmor")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/debian/${script})
endforeach()
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/debian/stage.cmake)
set(CPACK_NODEWARD_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_NODEWARD_BUILD ${PROJECT_BINARY_DIR})
set(CPACK_NODEWARD_STRIP ${CMAKE_STRIP})

# What an installation by hand leaves out, because it has its place in a distribution alone.
set(doc ${CMAKE_INSTALL_DATADIR}/doc/nodeward)
install(FILES apparmor/nodeward DESTINATION /etc/apparmor.d COMPONENT debian EXCLUDE_FROM_ALL)
install(DIRECTORY DESTINATION /etc/nodeward COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES debian/copyright ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/SECURITY.md
        ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION ${doc} COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES docker/Dockerfile.example systemd/nodeward-example.service
        systemd/private-network.conf DESTINATION ${doc}/examples
        COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
        RENAME nodeward COMPONENT debian EXCLUDE_FROM_ALL)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_COMPONENTS_ALL Unspecified debian)
include(CPack)
