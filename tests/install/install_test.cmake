# One test of the installed package; arguments in CMakeLists.txt beside this file. KIND static installs the build that
# is there; KIND shared first builds the libraries again as shared ones.
cmake_minimum_required(VERSION 3.24)

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "ended with ${status}: ${ARGV}")
  endif()
endfunction()

set(prefix ${WORK}/prefix)
set(consumer ${WORK}/consumer)
set(tools -G ${GENERATOR} -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
  -DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
file(REMOVE_RECURSE ${prefix} ${consumer} ${consumer}_c_only)

if(KIND STREQUAL "shared")
  set(BUILD ${WORK}/build)
  run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} ${tools} -DBUILD_SHARED_LIBS=ON -DCMAKE_BUILD_TYPE=Debug
    -DRINGPROC_BUILD_TESTS=OFF -DRINGPROC_BUILD_TOOLS=OFF -DRINGPROC_INSTALL=ON)
  run(${CMAKE_COMMAND} --build ${BUILD} --parallel 2)
endif()
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

# Nothing that was installed may name what users need not have, or the place where it was built.
file(GLOB_RECURSE installed ${prefix}/*.cmake ${prefix}/*.h ${prefix}/*.hpp)
if(NOT installed)
  message(FATAL_ERROR "nothing was installed in ${prefix}")
endif()
foreach(file IN LISTS installed)
  file(STRINGS ${file} lines)
  foreach(line IN LISTS lines)
    string(FIND "${line}" "${SOURCE}/" place)
    if(line MATCHES "Boost::|<boost/|ringproc_warnings" OR place GREATER_EQUAL 0)
      message(FATAL_ERROR "${file} must not contain: ${line}")
    endif()
  endforeach()
endforeach()

run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${consumer} ${tools}
  -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON)
run(${CMAKE_COMMAND} --build ${consumer})
foreach(language c cpp)
  execute_process(COMMAND ${consumer}/consumer_${language} WORKING_DIRECTORY ${consumer}
    RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "consumer_${language} ended with ${status}")
  endif()
endforeach()

# A project that knows no C++.
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/c_only -B ${consumer}_c_only ${tools} -DCMAKE_PREFIX_PATH=${prefix})
run(${CMAKE_COMMAND} --build ${consumer}_c_only)
run(${CMAKE_COMMAND} -E chdir ${consumer}_c_only ./consumer)
