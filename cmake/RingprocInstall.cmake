# Installation: the libraries with their headers and a CMake package (find_package(ringproc)), and the program.
# The package asks its users for threads only: Boost is used inside and never exported.
include(CMakePackageConfigHelpers)

set(ringproc_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ringproc)
set(ringproc_libraries ringproc)
if(TARGET ringproc_mmio)
  list(APPEND ringproc_libraries ringproc_mmio)
endif()

install(TARGETS ${ringproc_libraries} EXPORT ringprocTargets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT ringprocTargets NAMESPACE ringproc:: DESTINATION ${ringproc_package_dir})

if(TARGET ringproc_hook)
  install(TARGETS ringproc_hook LIBRARY DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# The program is installed but not exported: a package of the library alone stays complete without it.
if(TARGET ringproc_tool)
  install(TARGETS ringproc_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  configure_file(${PROJECT_SOURCE_DIR}/tools/systemd/ringproc-recover.service.in
    ${PROJECT_BINARY_DIR}/ringproc-recover.service @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/ringproc-recover.service DESTINATION lib/systemd/user)
endif()

# What the C++ compiler links with and the C compiler does not: for C projects, see there.
set(ringproc_cxx_libraries ${CMAKE_CXX_IMPLICIT_LINK_LIBRARIES})
list(REMOVE_ITEM ringproc_cxx_libraries ${CMAKE_C_IMPLICIT_LINK_LIBRARIES})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/ringprocConfig.cmake.in
  ${PROJECT_BINARY_DIR}/ringprocConfig.cmake INSTALL_DESTINATION ${ringproc_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ringprocConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ringprocConfig.cmake ${PROJECT_BINARY_DIR}/ringprocConfigVersion.cmake
  DESTINATION ${ringproc_package_dir})
