# Debian packages: cpack -G DEB in the build folder makes facedeblur and libfacedeblur-dev. Library
# dependencies are found by dpkg-shlibdeps.
set(FACEDEBLUR_PACKAGE_CONTACT "the facedeblur developers <facedeblur@localhost>"
    CACHE STRING "Maintainer of the Debian packages: Name <address>")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${FACEDEBLUR_PACKAGE_CONTACT}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/complete.cmake)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own, the first line of its description

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME facedeblur)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/lib/facedeblur)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "libopenblas0-pthread")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "libdlib-data")  # for train, train-finder, synth and evaluate
if(HAS_HEIF AND HEIF_VERSION VERSION_GREATER_EQUAL 1.17)  # its codecs are packages of their own then
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "libheif-plugin-libde265, libheif-plugin-x265, \
libheif-plugin-dav1d, libheif-plugin-aomenc")
endif()
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "makes blurred faces in photos sharp again
facedeblur finds the faces in a photo, estimates how each of them is
blurred, and makes the head sharp with a neural network. The rest of the
photo stays as it is. It works on single photos and on whole folders, and
keeps formats, bit depths and metadata.

The default weights are for non-commercial research only; a second set,
made from public-domain portraits alone, is in the package too.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libfacedeblur-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "facedeblur (= ${PROJECT_VERSION}), libopencv-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "makes blurred faces in photos sharp again - development files
facedeblur finds the faces in a photo, estimates how each of them is
blurred, and makes the head sharp with a neural network.

This package has the headers and the CMake package with which other
programs do the same to images in memory.")
include(CPack)
