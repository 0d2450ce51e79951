# SPDX-License-Identifier: Apache-2.0
# One place for warnings, linker, precompiled header and the shape of a library folder.

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
option(STEWARD_SANITIZE "Sanitizers: empty, 'address,undefined' or 'thread'" "")
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(steward_options INTERFACE)
target_compile_options(steward_options INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Werror -Wno-missing-field-initializers)
# g++ 12 sees out-of-range copies in its own string functions once it inlines them (GCC bugs 105329, 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(steward_options INTERFACE -Wno-stringop-overread -Wno-stringop-overflow -Wno-restrict -Wno-array-bounds
    -Wno-maybe-uninitialized)
endif()
target_compile_definitions(steward_options INTERFACE _GLIBCXX_ASSERTIONS)
target_include_directories(steward_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(STEWARD_SANITIZE)
  add_compile_options(-fsanitize=${STEWARD_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${STEWARD_SANITIZE})
endif()

# The header set that most files share (no Beast, no SSL: those belong to src/net alone).
add_library(steward_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(steward_pch PUBLIC steward_options fmt::fmt spdlog::spdlog nlohmann_json::nlohmann_json)
target_precompile_headers(steward_pch PRIVATE
  <algorithm> <chrono> <functional> <map> <memory> <mutex> <optional> <string> <string_view> <unordered_map> <utility>
  <variant> <vector> <fmt/format.h> <nlohmann/json.hpp> <spdlog/spdlog.h> <tl/expected.hpp>)

# steward_library(NAME [DEPS ...]): every *.cpp below the current folder except *_test.cpp, *_bench.cpp and *_fuzz.cpp.
# Its *_test.cpp files become one GoogleTest program NAME_test.
function(steward_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;EXTRA_SOURCES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  add_library(${name} STATIC ${sources} ${ARG_EXTRA_SOURCES})
  target_link_libraries(${name} PUBLIC steward_options ${ARG_DEPS})
  target_precompile_headers(${name} REUSE_FROM steward_pch)
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} GTest::gtest GTest::gmock GTest::gtest_main)
    target_precompile_headers(${name}_test REUSE_FROM steward_pch)
    add_test(NAME ${name}_test COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# steward_program(TARGET FOLDER [DEPS ...]): one executable named TARGET from the files of FOLDER.
function(steward_program name folder)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE steward_options ${ARG_DEPS})
  target_precompile_headers(${name} REUSE_FROM steward_pch)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()
