# What the programs in this folder share.
told <- function(name) Sys.getenv(name)
ask <- function(line) {
  cat(line, "\n", sep = "")
  readLines(file("stdin"), n = 1)
}
done <- function() {
  cat("@done\n")
  quit(status = 0)
}
