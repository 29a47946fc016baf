# What only Debian asks of the files: compressed as its policy says, without symbols, with the copyright files of what
# is linked. CPack runs this between installing and packing; CPACK_NODEWARD_* come from package.cmake.
if(NOT CPACK_GENERATOR STREQUAL DEB)
  return()
endif()
set(root ${CPACK_TEMPORARY_DIRECTORY}/ALL_COMPONENTS_IN_ONE)
set(doc ${root}/usr/share/doc/nodeward)

execute_process(COMMAND ${CPACK_NODEWARD_SOURCE}/packaging/notice.sh ${CPACK_NODEWARD_BUILD}
                OUTPUT_FILE ${doc}/NOTICE COMMAND_ERROR_IS_FATAL ANY)

file(COPY_FILE ${CPACK_NODEWARD_SOURCE}/packaging/debian/changelog ${doc}/changelog)
file(GLOB compressed ${root}/usr/share/man/man*/* ${doc}/changelog ${doc}/NOTICE ${doc}/*.md)
foreach(file IN LISTS compressed)
  execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
execute_process(COMMAND ${CPACK_NODEWARD_STRIP} --strip-all --remove-section=.comment --remove-section=.note
                ${root}/usr/bin/nodeward COMMAND_ERROR_IS_FATAL ANY)

# Debian's modes, whatever the umask of who builds.
execute_process(COMMAND chmod -R u=rwX,go=rX ${root}/usr ${root}/etc COMMAND_ERROR_IS_FATAL ANY)
