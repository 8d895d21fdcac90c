# The library as other projects use it: find_package(facedeblur), then link facedeblur::facedeblur.
include(CMakePackageConfigHelpers)

install(TARGETS facedeblur_core EXPORT facedeblur-targets
        LIBRARY DESTINATION lib/facedeblur NAMELINK_COMPONENT development)

# The public headers: PhotoRestorer and what it includes. No others are installed.
foreach(header photo/photo_restorer face/detector face/landmarks pipeline/process_options
        restore/compute_device util/error util/version)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/include/facedeblur/${header}.h
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/facedeblur/${folder} COMPONENT development)
endforeach()

set(package lib/cmake/facedeblur)
install(EXPORT facedeblur-targets NAMESPACE facedeblur:: DESTINATION ${package} COMPONENT development)
configure_package_config_file(cmake/facedeblur-config.cmake.in ${PROJECT_BINARY_DIR}/facedeblur-config.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/facedeblur-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/facedeblur-config.cmake
              ${PROJECT_BINARY_DIR}/facedeblur-config-version.cmake
        DESTINATION ${package} COMPONENT development)
