# Tests of a build for Windows on another system: GoogleTest from Debian's sources, programs run by Wine. Programs of 32
# bits are built only: Debian's Wine of that width needs a foreign architecture.
set(INSTALL_GTEST OFF)
set(BUILD_GMOCK OFF)
add_subdirectory(/usr/src/googletest ${PROJECT_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)

set(ringproc_wine ${CMAKE_CURRENT_LIST_DIR}/wine ${PROJECT_BINARY_DIR}/wine)
set(RINGPROC_RUNS_HERE OFF)
if(CMAKE_SIZEOF_VOID_P EQUAL 8)
  set(RINGPROC_RUNS_HERE ON)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${ringproc_wine})

  # Keeps Wine's server up while tests run, so that each starts in a fraction of a second, and ends it after them.
  add_test(NAME Wine.starts COMMAND ${ringproc_wine} --start)
  add_test(NAME Wine.stops COMMAND ${ringproc_wine} --stop)
  set_tests_properties(Wine.starts PROPERTIES FIXTURES_SETUP wine LABELS wine TIMEOUT 180)
  set_tests_properties(Wine.stops PROPERTIES FIXTURES_CLEANUP wine LABELS wine TIMEOUT 60)
endif()

# The names are asked for when tests are about to run: building must not need Wine.
function(ringproc_discover_tests name label timeout filter)
  if(RINGPROC_RUNS_HERE)
    gtest_discover_tests(${name} TEST_FILTER "${filter}" DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 180
      PROPERTIES LABELS ${label} TIMEOUT ${timeout} FIXTURES_REQUIRED wine)
  endif()
endfunction()
