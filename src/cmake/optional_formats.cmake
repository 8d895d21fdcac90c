# Image formats whose libraries are optional. Without one the program still knows the format, and says
# which library it was built without.

# Sets HAS_<name> when the option FACEDEBLUR_<name> wants the library and it is there.
function(facedeblur_optional_format name package)
  set(HAS_${name} OFF PARENT_SCOPE)
  if(FACEDEBLUR_${name} STREQUAL "AUTO")
    pkg_check_modules(${name} IMPORTED_TARGET ${package})
    if(NOT ${name}_FOUND)
      message(STATUS "No ${package}: built without the formats that need it")
    endif()
  elseif(FACEDEBLUR_${name})
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${package})
  else()
    return()
  endif()
  set(HAS_${name} ${${name}_FOUND} PARENT_SCOPE)
endfunction()

facedeblur_optional_format(HEIF "libheif>=1.15")
facedeblur_optional_format(JXL "libjxl>=0.7")
