# embed_folder(TARGET FOLDER HEADER NAMESPACE NAME): the files of FOLDER, which need not exist, as
# `std::vector<File> NAMESPACE::NAME()`, which HEADER declares with its File. Needs the language ASM.
function(embed_folder target folder header namespace name)
  set(bytes ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.S)
  set(table ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.cpp)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  set(assembly "    .section .note.GNU-stack,\"\",%progbits\n    .section .rodata\n")
  set(declarations "")
  set(rows "")
  set(number 0)
  set(paths "")
  foreach(file ${files})
    set(symbol ${name}_${number})
    string(APPEND assembly "    .global ${symbol}, ${symbol}_end\n${symbol}:\n    .incbin \"${folder}/${file}\"\n${symbol}_end:\n")
    string(APPEND declarations "extern const char ${symbol}[], ${symbol}_end[];\n")
    string(APPEND rows "      {\"${file}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    list(APPEND paths ${folder}/${file})
    math(EXPR number "${number} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${bytes} CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${table} @ONLY CONTENT "#include \"${header}\"
#include <cstddef>
extern \"C\" {
${declarations}}
namespace ${namespace} {
std::vector<File> ${name}() {
  return {
${rows}  };
}
}  // namespace ${namespace}
")
  set_source_files_properties(${bytes} PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE ${bytes} ${table})
endfunction()
