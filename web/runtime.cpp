// The few things of a C library that the module needs, for size: Debian's dlmalloc and its printing paths are a sixth
// of the script. Freed blocks are kept by size class and used again, so the heap stays flat over any number of calls.
#include <cstddef>
#include <cstdint>

namespace {

constexpr unsigned smallest = 4;  // log2 of the smallest block
constexpr std::size_t page = 65536;

union Block {
  unsigned size_class;
  Block* next;
  std::max_align_t alignment;
};

Block* free_blocks[32];
std::uintptr_t at;   // the next unused byte
std::uintptr_t end;  // of the memory there is

void* take(std::size_t bytes) {
  if (at == 0) at = end = __builtin_wasm_memory_size(0) * page;
  if (end - at < bytes) {
    const std::size_t pages = (bytes - (end - at) + page - 1) / page;
    if (__builtin_wasm_memory_grow(0, pages) == static_cast<std::size_t>(-1)) __builtin_trap();
    end += pages * page;
  }
  at += bytes;
  return reinterpret_cast<void*>(at - bytes);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  if (size > 0x40000000) __builtin_trap();
  unsigned size_class = smallest;
  while ((std::size_t{1} << size_class) < size + sizeof(Block)) ++size_class;
  Block* block = free_blocks[size_class];
  if (block)
    free_blocks[size_class] = block->next;
  else
    block = static_cast<Block*>(take(std::size_t{1} << size_class));
  block->size_class = size_class;
  return block + 1;
}

void free(void* memory) {
  if (!memory) return;
  Block* block = static_cast<Block*>(memory) - 1;
  const unsigned size_class = block->size_class;
  block->next = free_blocks[size_class];
  free_blocks[size_class] = block;
}

void* aligned_alloc(std::size_t, std::size_t) { __builtin_trap(); }  // nothing here is over-aligned

// Plain loops: no bulk-memory instructions, which the JavaScript form of the module could not have.
__attribute__((no_builtin)) void* memcpy(void* to, const void* from, std::size_t n) {
  auto* t = static_cast<unsigned char*>(to);
  const auto* f = static_cast<const unsigned char*>(from);
  while (n-- > 0) *t++ = *f++;
  return to;
}

__attribute__((no_builtin)) void* memmove(void* to, const void* from, std::size_t n) {
  auto* t = static_cast<unsigned char*>(to);
  const auto* f = static_cast<const unsigned char*>(from);
  if (t <= f) return memcpy(to, from, n);
  while (n-- > 0) t[n] = f[n];
  return to;
}

__attribute__((no_builtin)) void* memset(void* to, int value, std::size_t n) {
  auto* t = static_cast<unsigned char*>(to);
  while (n-- > 0) *t++ = static_cast<unsigned char>(value);
  return to;
}

__attribute__((no_builtin)) void* memchr(const void* in, int value, std::size_t n) {
  for (const auto* p = static_cast<const unsigned char*>(in); n-- > 0; ++p)
    if (*p == static_cast<unsigned char>(value)) return const_cast<unsigned char*>(p);
  return nullptr;
}

__attribute__((no_builtin)) std::size_t strlen(const char* text) {
  std::size_t n = 0;
  while (text[n] != '\0') ++n;
  return n;
}

__attribute__((no_builtin)) int memcmp(const void* a, const void* b, std::size_t n) {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  for (; n-- > 0; ++x, ++y)
    if (*x != *y) return *x - *y;
  return 0;
}

// A broken invariant stops the module; the texts that the libraries would print are not worth their bytes.
void abort() { __builtin_trap(); }
void __cxa_pure_virtual() { __builtin_trap(); }
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }  // the module never ends

}  // extern "C"

void* operator new(std::size_t size) { return malloc(size); }
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, std::size_t) noexcept { free(memory); }
