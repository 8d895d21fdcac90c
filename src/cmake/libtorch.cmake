# Finds one LibTorch, whole.
#
# TorchConfig.cmake looks for libtorch and libc10 in the system's folders before its own: beside Debian's
# libtorch-dev, the configuration of another LibTorch (a pip wheel's, an unpacked zip's) takes Debian's
# libraries. Here both are taken from where the configuration is. Point to it with Torch_DIR or
# CMAKE_PREFIX_PATH.

# Asking for a version that nobody has lists the configurations in the order of the search, and loads none.
find_package(Torch 99999 QUIET)
if(NOT Torch_CONSIDERED_CONFIGS)
  message(FATAL_ERROR "LibTorch is missing: install it (scripts/install-dependencies.sh), or name its "
                      "folder with -DCMAKE_PREFIX_PATH=")
endif()
list(GET Torch_CONSIDERED_CONFIGS 0 TORCH_CONFIG)
get_filename_component(Torch_DIR "${TORCH_CONFIG}" DIRECTORY)
set(Torch_DIR "${Torch_DIR}" CACHE PATH "Folder of LibTorch's TorchConfig.cmake" FORCE)

# PREFIX/share/cmake/Torch in wheels and zips, PREFIX/lib/ARCHITECTURE/cmake/Torch in Debian.
foreach(name torch c10 torch_cpu)
  string(TOUPPER ${name}_LIBRARY variable)
  unset(${variable} CACHE)  # another LibTorch may have been named meanwhile
  find_library(${variable} ${name} PATHS "${Torch_DIR}/../../../lib" "${Torch_DIR}/../.." NO_DEFAULT_PATH)
  if(NOT ${variable})
    message(FATAL_ERROR "lib${name} is not where its configuration is (${Torch_DIR}): "
                        "is this LibTorch complete?")
  endif()
endforeach()
set(c10_LIBRARY "${C10_LIBRARY}" CACHE FILEPATH "libc10, as wheels' configurations call it" FORCE)
set(Caffe2_DIR "${Torch_DIR}/../Caffe2" CACHE PATH "Folder of LibTorch's Caffe2Config.cmake" FORCE)
find_package(Torch REQUIRED)
foreach(target torch torch_cpu c10)
  if(TARGET ${target})
    get_target_property(location ${target} LOCATION)
    get_filename_component(location "${location}" REALPATH)
    string(TOUPPER ${target}_LIBRARY variable)
    get_filename_component(expected "${${variable}}" REALPATH)
    if(NOT location STREQUAL expected)
      message(FATAL_ERROR "LibTorch's configuration in ${Torch_DIR} leads to ${location}, which is "
                          "of another LibTorch")
    endif()
  endif()
endforeach()
get_filename_component(TORCH_LIBRARY_DIR "${TORCH_CPU_LIBRARY}" DIRECTORY)
get_filename_component(TORCH_LIBRARY_DIR "${TORCH_LIBRARY_DIR}" REALPATH)
message(STATUS "LibTorch ${Torch_VERSION} in ${TORCH_LIBRARY_DIR}")

# Torch's exported flags carry -I of its headers; SYSTEM keeps their warnings out of ours.
add_library(facedeblur_torch INTERFACE)
target_include_directories(facedeblur_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(facedeblur_torch INTERFACE ${TORCH_LIBRARIES})
separate_arguments(FACEDEBLUR_TORCH_FLAGS UNIX_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(facedeblur_torch INTERFACE ${FACEDEBLUR_TORCH_FLAGS})
