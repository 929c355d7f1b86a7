# What `cmake --install` puts down: the rooms that are a library (find_package(Longwave COMPONENTS rpc), or pkg-config longwave-rpc),
# and the program when it was built. docs/library-rpc.md tells a user the rest.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Longwave)

foreach(room ${library_rooms})
  set_target_properties(lw_${room} PROPERTIES EXPORT_NAME ${room} OUTPUT_NAME longwave_${room})
  # Headers of the rooms include each other as "room/file.hpp"; users write <longwave/rpc.hpp>.
  target_include_directories(lw_${room} INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>)
  install(TARGETS lw_${room} EXPORT Longwave ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
          INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ${CMAKE_INSTALL_INCLUDEDIR}/longwave)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/src/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/longwave COMPONENT library
          FILES_MATCHING PATTERN "*.hpp" PATTERN "core.hpp" EXCLUDE PATTERN "tls_session.hpp" EXCLUDE)
endforeach()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/longwave DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(EXPORT Longwave NAMESPACE Longwave:: DESTINATION ${package_folder} COMPONENT library)

configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/LongwaveConfig.cmake.in ${CMAKE_BINARY_DIR}/LongwaveConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/LongwaveConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/LongwaveConfig.cmake ${CMAKE_BINARY_DIR}/LongwaveConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT library)

configure_file(${CMAKE_SOURCE_DIR}/cmake/longwave-rpc.pc.in ${CMAKE_BINARY_DIR}/longwave-rpc.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/longwave-rpc.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)

if(TARGET longwave)
  install(TARGETS longwave RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
endif()
