# LibTorch's convolutions on the CPU are oneDNN's. Where it takes them from a shared library whose headers
# are here too, the network calls that library itself and saves what LibTorch does around every call.
# Not by its CMake package: that one demands OpenCL's headers, which nothing here needs.
find_path(ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
set(ONEDNN_VERSION 0)
if(ONEDNN_INCLUDE_DIR AND EXISTS ${ONEDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h)
  file(STRINGS ${ONEDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h ONEDNN_VERSION REGEX "VERSION_(MAJOR|MINOR) ")
  string(REGEX REPLACE "[^0-9;]" "" ONEDNN_VERSION "${ONEDNN_VERSION}")
  string(REPLACE ";" "." ONEDNN_VERSION "${ONEDNN_VERSION}")
endif()
string(REGEX REPLACE "\\..*" "" ONEDNN_MAJOR "${ONEDNN_VERSION}")
unset(ONEDNN_LIBRARY CACHE)
find_library(ONEDNN_LIBRARY NAMES libdnnl.so.${ONEDNN_MAJOR})
execute_process(COMMAND ${CMAKE_READELF} -d ${TORCH_CPU_LIBRARY} OUTPUT_VARIABLE TORCH_CPU_NEEDS ERROR_QUIET)
if(ONEDNN_VERSION VERSION_GREATER_EQUAL 2.6 AND ONEDNN_VERSION VERSION_LESS 4 AND ONEDNN_LIBRARY
   AND TORCH_CPU_NEEDS MATCHES "libdnnl\\.so\\.${ONEDNN_MAJOR}")
  set(FACEDEBLUR_ONEDNN ON)
else()
  set(FACEDEBLUR_ONEDNN OFF)
  message(STATUS "No oneDNN that LibTorch shares: convolutions on the CPU go through LibTorch")
endif()

add_library(facedeblur_onednn INTERFACE)
if(FACEDEBLUR_ONEDNN)
  target_include_directories(facedeblur_onednn SYSTEM INTERFACE ${ONEDNN_INCLUDE_DIR})
  target_link_libraries(facedeblur_onednn INTERFACE ${ONEDNN_LIBRARY})
endif()
