# What a module is: a folder src/NAME with its public headers in include/facedeblur/NAME.
#
#   facedeblur_module(NAME [OUTSIDE_CORE]
#     SOURCES file.cpp ...      # of this folder
#     USES module ...           # modules whose headers it includes; they are below it
#     LINKS target ...          # libraries from elsewhere that its sources include
#     EXPORTS target ...        # libraries from elsewhere that its headers include
#   )
#
# The modules together are the core, libfacedeblur.so, except those marked OUTSIDE_CORE, which use it:
# the backend's, which need LibTorch, and the program's. CMake refuses cycles (GLOBAL_DEPENDS_NO_CYCLES);
# the check below refuses an include of a module that USES does not name.

function(facedeblur_module name)
  cmake_parse_arguments(ARG "OUTSIDE_CORE" "" "SOURCES;USES;LINKS;EXPORTS" ${ARGN})
  set(target facedeblur_${name})
  get_property(core GLOBAL PROPERTY FACEDEBLUR_CORE_MODULES)
  if(ARG_OUTSIDE_CORE)
    add_library(${target} STATIC ${ARG_SOURCES})
  else()
    add_library(${target} OBJECT ${ARG_SOURCES})
    set_property(GLOBAL APPEND PROPERTY FACEDEBLUR_CORE_MODULES ${name})
    set_property(GLOBAL APPEND PROPERTY FACEDEBLUR_CORE_EXPORTS ${ARG_EXPORTS})
  endif()
  foreach(module IN LISTS ARG_USES)
    if(ARG_OUTSIDE_CORE AND module IN_LIST core)
      set(module core)
    endif()
    target_link_libraries(${target} PUBLIC facedeblur_${module})
  endforeach()
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include
                             PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC ${ARG_EXPORTS} PRIVATE facedeblur_build_flags ${ARG_LINKS})
  facedeblur_check_includes(${name} ${ARG_USES})
endfunction()

# Fails when a file of the module includes a header of a module that it does not use.
function(facedeblur_check_includes name)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/facedeblur/${name}/*.h
       ${PROJECT_SOURCE_DIR}/src/${name}/*.h ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  foreach(file IN LISTS files)
    file(STRINGS ${file} includes REGEX "^#include \"[a-z_/]+/[a-z0-9_]+\\.h\"")
    foreach(include IN LISTS includes)
      string(REGEX REPLACE "^#include \"(facedeblur/)?([a-z_]+)/.*" "\\2" module "${include}")
      if(NOT module STREQUAL name AND NOT module IN_LIST ARGN)
        message(FATAL_ERROR "${file} includes a header of the module '${module}', which "
                            "src/${name}/CMakeLists.txt does not name under USES")
      endif()
    endforeach()
  endforeach()
endfunction()
