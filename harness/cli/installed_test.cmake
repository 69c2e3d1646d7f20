# Installs into a prefix of its own and runs what is installed from there.
set(prefix ${BUILD}/installed-test)
file(REMOVE_RECURSE ${prefix})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
foreach(words doctor "run;stream/empty;--sandbox;none" "selftest;short-send-ignored;--sandbox;none")
  execute_process(COMMAND ${prefix}/${BINDIR}/sockrig ${words} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(REMOVE_RECURSE ${prefix})
