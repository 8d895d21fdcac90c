# Adds to the packages, before they are closed, what Debian's policy asks of them: copyright, changelog
# and compressed manual pages. Run by CPack.
function(compress file)
  execute_process(COMMAND gzip -9n ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(complete component package)
  set(usr ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component}/usr)
  set(doc ${usr}/share/doc/${package})
  file(READ ${CMAKE_CURRENT_LIST_DIR}/../../../LICENSE license)
  file(READ ${CMAKE_CURRENT_LIST_DIR}/copyright_of_weights weights)
  file(WRITE ${doc}/copyright "${license}\n\n${weights}")
  file(REMOVE ${doc}/LICENSE)  # the copyright file holds it
  configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog.in ${doc}/changelog @ONLY)
  compress(${doc}/changelog)
  set(overrides ${CMAKE_CURRENT_LIST_DIR}/${package}.lintian-overrides)
  if(EXISTS ${overrides})
    configure_file(${overrides} ${usr}/share/lintian/overrides/${package} COPYONLY)
  endif()
  file(GLOB pages ${usr}/share/man/man*/*.[1-8])
  foreach(page IN LISTS pages)
    compress(${page})
  endforeach()
endfunction()

complete(program facedeblur)
complete(development libfacedeblur-dev)
