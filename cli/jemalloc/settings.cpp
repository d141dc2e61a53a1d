// What jemalloc reads at its start. A thread of its own gives back, after a second, what nobody has used again.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
